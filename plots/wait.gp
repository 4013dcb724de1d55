# SPDX-License-Identifier: GPL-3.0-or-later
# Distribution of the wait from first RUNNABLE to first RUNNING.
# wait.tsv: wait in seconds, share of the started jobs in percent.
set key off
set bmargin 4
set logscale x
set xrange [1:wait_most]
set yrange [0:100]
set ytics 10
set xlabel 'wait from RUNNABLE to RUNNING (logarithmic)'
set ylabel 'share of jobs that waited no longer (%)'
set xtics ('1 s' 1, '3 s' 3, '10 s' 10, '30 s' 30, '2 min' 120, '10 min' 600, '30 min' 1800, '2 h' 7200, \
           '6 h' 21600, '1 d' 86400, '3 d' 259200, '10 d' 864000, '30 d' 2592000, '100 d' 8640000, '1 y' 31536000, \
           '10 y' 315360000)
set grid xtics ytics
set label 1 quantiles at graph 0.98, graph 0.06 right front textcolor rgb '#404040'
plot 'wait.tsv' using ($1 < 1 ? 1 : $1):2 with steps linecolor rgb blue linewidth 2

# SPDX-License-Identifier: GPL-3.0-or-later
# Queue length above, vCPUs below, on one time axis.
# series.tsv: time, RUNNABLE jobs, vCPUs of running jobs, vCPUs of instances.
set lmargin 12
set rmargin 3
set xrange [0:span]
set multiplot
set key off

set origin 0, 0.56
set size 1, 0.44
set bmargin 1
set tmargin 3
set format x ''
set ylabel 'RUNNABLE jobs'
plot 'series.tsv' using 1:2 with fillsteps linecolor rgb sky notitle, \
     '' using 1:2 with steps linecolor rgb blue linewidth 1 notitle

set origin 0, 0
set size 1, 0.56
set bmargin 6
set tmargin 1
unset title
set format x '%.10g'
set xlabel 'time ('.unit.')'
set ylabel 'vCPUs'
set key outside bottom center horizontal samplen 2.5
plot 'series.tsv' using 1:3 with fillsteps linecolor rgb sky title 'used by running jobs', \
     '' using 1:4 with steps linecolor rgb vermillion linewidth 1.5 title 'of instances'
unset multiplot

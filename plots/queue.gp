# SPDX-License-Identifier: GPL-3.0-or-later
# Queue length above, vCPUs below, on one time axis.
# series.tsv: time, RUNNABLE jobs, vCPUs of running jobs, vCPUs of instances; two points per step.
stats 'series.tsv' using 2 nooutput name 'queued'
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
set yrange [0:1<*]
if (queued_max < 8) set ytics 1
plot 'series.tsv' using 1:2 with filledcurves x1 linecolor rgb blue notitle, \
     '' using 1:2 with lines linecolor rgb blue linewidth 1 notitle

set origin 0, 0
set size 1, 0.56
set bmargin 6
set tmargin 1
unset title
set format x '%.10g'
set xlabel 'time ('.unit.')'
set ylabel 'vCPUs'
set ytics autofreq
set yrange [0:1<*]
set key at screen 0.5, 0.03 center center horizontal samplen 2.5
plot 'series.tsv' using 1:4 with filledcurves x1 linecolor rgb pale title 'of running instances', \
     '' using 1:4 with lines linecolor rgb orange linewidth 1 notitle, \
     '' using 1:3 with filledcurves x1 linecolor rgb blue title 'used by running jobs'
unset multiplot

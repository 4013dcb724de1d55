# SPDX-License-Identifier: GPL-3.0-or-later
# Running instances by type over time, stacked.
# instances.tsv: time, then in each of `types` columns the sum of the first so many types, whose names are in its first
# row; two points per step.
set xrange [0:span]
set xlabel 'time ('.unit.')'
set ylabel 'running instances'
set key outside right top vertical reverse Left samplen 1.5
set bmargin 4
plot for [i = types:1:-1] 'instances.tsv' using 1:(column(i + 1)) with filledcurves x1 linetype i \
     title columnheader(i + 1)

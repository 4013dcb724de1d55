# SPDX-License-Identifier: GPL-3.0-or-later
# Running instances by type over time, stacked.
# instances.tsv: time, then for each of `types` columns the sum of the first so many; the names are in its first row.
set xrange [0:span]
set xlabel 'time ('.unit.')'
set ylabel 'running instances'
set key autotitle columnheader outside right top vertical reverse Left width 1
plot for [i = types:1:-1] 'instances.tsv' using 1:(column(i + 1)) with fillsteps linetype i

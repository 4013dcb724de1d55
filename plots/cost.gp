# SPDX-License-Identifier: GPL-3.0-or-later
# What the instances have cost so far, by market, one upon the other.
# cost.tsv: time, Spot cost, Spot and on-demand cost together, in dollars.
set xrange [0:span]
set xlabel 'time ('.unit.')'
set ylabel 'cost so far (USD)'
plot 'cost.tsv' using 1:3 with filledcurves x1 linecolor rgb orange title 'on-demand', \
     '' using 1:2 with filledcurves x1 linecolor rgb blue title 'Spot', \
     '' using 1:3 with lines linecolor rgb '#404040' linewidth 1 notitle

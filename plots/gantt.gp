# SPDX-License-Identifier: GPL-3.0-or-later
# Every attempt as a bar on its instance's row, from start to end.
# gantt.tsv: start, end, bottom, top, outcome (0 succeeded, 1 failed, 2 lost); hosts.tsv: start, end, row, name.
set xrange [0:span]
set yrange [rows + 0.6:0.4]
set xlabel 'time ('.unit.')'
set ylabel 'instance'
set lmargin 20
set ytics font ',11'
unset grid
set grid xtics
# An edge in the bar's own colour keeps short attempts visible.
set style fill solid 0.7 border
plot 'hosts.tsv' using 1:3:1:2:($3 - 0.45):($3 + 0.45):yticlabels(4) with boxxyerror \
         fillstyle solid 1 noborder linecolor rgb '#E4E4E4' title 'instance running', \
     'gantt.tsv' using ($5 == 0 ? $1 : 1/0):3:1:2:3:4 with boxxyerror linecolor rgb blue title 'succeeded', \
     '' using ($5 == 1 ? $1 : 1/0):3:1:2:3:4 with boxxyerror linecolor rgb vermillion title 'failed', \
     '' using ($5 == 2 ? $1 : 1/0):3:1:2:3:4 with boxxyerror linecolor rgb orange title 'lost with its instance'

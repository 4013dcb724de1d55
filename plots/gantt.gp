# SPDX-License-Identifier: GPL-3.0-or-later
# Every attempt as a bar on its instance's row, from start to end.
# gantt.tsv: start, end, bottom, top, outcome (0 succeeded, 1 failed, 2 interrupted); hosts.tsv: start, end, row.
set xrange [0:span]
set yrange [rows:0]
set xlabel 'time ('.unit.')'
set ylabel 'instance'
set ytics 1, (rows > 40 ? 10 : rows > 20 ? 5 : 1)
unset grid
set grid xtics
set style fill solid 0.9 border rgb 'white'
plot 'hosts.tsv' using 1:3:1:2:($3 - 0.45):($3 + 0.45) with boxxyerror linecolor rgb '#E4E4E4' title 'instance running', \
     'gantt.tsv' using 1:3:1:2:3:($5 == 0 ? $4 : 1/0) with boxxyerror linecolor rgb blue title 'succeeded', \
     '' using 1:3:1:2:3:($5 == 1 ? $4 : 1/0) with boxxyerror linecolor rgb vermillion title 'failed', \
     '' using 1:3:1:2:3:($5 == 2 ? $4 : 1/0) with boxxyerror linecolor rgb orange title 'lost with its instance'

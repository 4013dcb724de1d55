# SPDX-License-Identifier: GPL-3.0-or-later
# Loaded after setup.gp (made by `batchlab plot`: format, title, unit, ...) and before a figure's script.
# Colours: Okabe and Ito, told apart by people with any kind of colour blindness and in grey print.
if (format eq 'png') {
    set terminal pngcairo noenhanced size 1500,900 font 'DejaVu Sans,17' linewidth 1.6 background rgb 'white'
    set output 'figure.png'
} else {
    set terminal svg noenhanced size 1000,600 dynamic font 'DejaVu Sans,Helvetica,Arial,sans-serif,14' linewidth 1.3 \
        background rgb 'white'
    set output 'figure.svg'
}
set encoding utf8
set datafile separator tab
set datafile missing '?'

blue = '#0072B2'
orange = '#E69F00'
green = '#009E73'
vermillion = '#D55E00'
sky = '#56B4E9'
purple = '#CC79A7'
yellow = '#F0E442'
grey = '#7F7F7F'
pale = '#F8DFA8'
set linetype 1 linecolor rgb blue
set linetype 2 linecolor rgb orange
set linetype 3 linecolor rgb green
set linetype 4 linecolor rgb vermillion
set linetype 5 linecolor rgb sky
set linetype 6 linecolor rgb purple
set linetype 7 linecolor rgb yellow
set linetype 8 linecolor rgb grey
set linetype cycle 8

set border 3 linecolor rgb '#404040'
set tics nomirror out scale 0.6
set grid linecolor rgb '#D8D8D8' linewidth 0.7 linetype 1
# Below the axis label, which a key outside the graph would touch.
set bmargin 6
set key at screen 0.5, 0.035 center center horizontal noopaque samplen 2.5 spacing 1.1
set title title
set xrange [0:*]
set yrange [0:*]
set style fill solid 0.85 noborder
set format y '%.10g'

/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file The executable; everything else is in the library, where tests can reach it. */
#include "harness/program.h"

int main(int argc, char **argv)
{
    return harness_program_main(argc, argv);
}

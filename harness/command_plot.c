/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file `batchlab plot`: the figures of a run, drawn by gnuplot. */
#define _GNU_SOURCE /* argp */
#include "harness/command.h"
#include "harness/exit.h"
#include "harness/interrupt.h"
#include "harness/plot.h"

#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_FORMAT = 256 };

struct arguments {
    const char *path;
    const char *folder; /**< NULL: beside the results. */
    const char *format;
    const struct harness_figure **wanted; /**< Room for argc. */
    size_t wanted_count;                  /**< 0: all that the run has data for. */
};

static const struct argp_option options[] = {
    {"output", 'o', "DIR", 0, "Folder for the figures; made when missing; else RUN-plots beside RUN.h5", 0},
    {"format", KEY_FORMAT, "FORMAT", 0, "svg (preset) or png", 0},
    {0},
};

static void take_name(struct argp_state *state, struct arguments *arguments, const char *name)
{
    const struct harness_figure *figure = harness_figure_find(name);
    if (figure == NULL) {
        argp_error(state, "there is no figure \"%s\"; there are queue, wait, cost, instances and gantt", name);
    }
    arguments->wanted[arguments->wanted_count++] = figure;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    switch (key) {
    case 'o':
        arguments->folder = argument;
        return 0;
    case KEY_FORMAT:
        if (strcmp(argument, "svg") != 0 && strcmp(argument, "png") != 0) {
            argp_error(state, "--format: \"%s\" is neither svg nor png", argument);
        }
        arguments->format = argument;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num == 0) {
            arguments->path = argument;
        } else {
            take_name(state, arguments, argument);
        }
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "a results file is missing");
        return EINVAL;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/** What every script needs before the figure adds its own. */
static void put_setup(const struct harness_plot *plot, const struct arguments *arguments,
                      const struct harness_figure *figure, const char *unit)
{
    const char *scenario = strrchr(plot->summary->scenario_name, '/');
    scenario = scenario != NULL ? scenario + 1 : plot->summary->scenario_name;
    char title[512];
    (void)snprintf(title, sizeof title, "%s: %.300s, %llu jobs", figure->title, scenario,
                   (unsigned long long)plot->summary->all.jobs);
    harness_gnuplot_put_text(plot->setup, "format", arguments->format);
    harness_gnuplot_put_text(plot->setup, "title", title);
    harness_gnuplot_put_text(plot->setup, "unit", unit);
    (void)fprintf(plot->setup, "span = %.9g\n", (double)plot->end_us / plot->unit_us);
}

static enum batch_rc draw(struct harness_plot *plot, const struct arguments *arguments, const char *folder,
                          const struct harness_figure *figure, bool *is_drawn, struct batch_error *error)
{
    char destination[HARNESS_PATH_MAX];
    int length = snprintf(destination, sizeof destination, "%s/%s.%s", folder, figure->name, arguments->format);
    if (length < 0 || length >= HARNESS_PATH_MAX) {
        return batch_error_set(error, BATCH_E_IO, "%.300s: the path is too long", folder);
    }
    plot->setup = harness_gnuplot_create(plot->gnuplot, "setup.gp", error);
    if (plot->setup == NULL) {
        return BATCH_E_IO;
    }
    put_setup(plot, arguments, figure, harness_plot_unit(plot->end_us, &plot->unit_us));
    enum batch_rc rc = figure->prepare(plot, is_drawn, error);
    enum batch_rc finished = harness_gnuplot_finish(plot->setup, rc == BATCH_OK ? error : NULL);
    rc = rc != BATCH_OK ? rc : finished;
    if (rc == BATCH_OK && *is_drawn) {
        rc = harness_gnuplot_run(plot->gnuplot, figure->name, arguments->format, destination, error);
    }
    if (rc == BATCH_OK && *is_drawn) {
        (void)printf("%s\n", destination);
    }
    return rc;
}

static enum batch_rc draw_wanted(struct harness_plot *plot, const struct arguments *arguments, const char *folder,
                                 struct batch_error *error)
{
    bool draws_all = arguments->wanted_count == 0;
    size_t count = draws_all ? harness_figure_count : arguments->wanted_count;
    enum batch_rc rc = BATCH_OK;
    for (size_t i = 0; rc == BATCH_OK && i < count; i++) {
        const struct harness_figure *figure = draws_all ? &harness_figures_all[i] : arguments->wanted[i];
        bool is_drawn = false;
        rc = draw(plot, arguments, folder, figure, &is_drawn, error);
        if (rc == BATCH_OK && !is_drawn && !draws_all) {
            rc = batch_error_set(error, BATCH_E_INPUT,
                                 "%s: the run has nothing for the figure %s (gantt is for runs of 1 to %d attempts)",
                                 arguments->path, figure->name, HARNESS_GANTT_ATTEMPTS_MAX);
        }
        if (rc == BATCH_OK && harness_interrupt_take()) {
            rc = batch_error_set(error, BATCH_E_IO, "interrupted");
        }
    }
    return rc;
}

/** "runs/a.h5" gives "runs/a-plots". */
static enum batch_rc choose_folder(const struct arguments *arguments, char folder[HARNESS_PATH_MAX],
                                   struct batch_error *error)
{
    const char *path = arguments->folder != NULL ? arguments->folder : arguments->path;
    const char *end = arguments->folder != NULL ? "" : "-plots";
    size_t length = strlen(path);
    if (arguments->folder == NULL && length > 3 && strcmp(path + length - 3, ".h5") == 0) {
        length -= 3;
    }
    if (length + strlen(end) >= HARNESS_PATH_MAX) {
        return batch_error_set(error, BATCH_E_IO, "%.300s: the path is too long", path);
    }
    (void)snprintf(folder, HARNESS_PATH_MAX, "%.*s%s", (int)length, path, end);
    return BATCH_OK;
}

/** @p gnuplot is the one that @p plot refers to; it is open only within. */
static enum batch_rc draw_into_folder(struct harness_plot *plot, struct harness_gnuplot *gnuplot,
                                      const struct arguments *arguments, struct batch_error *error)
{
    char folder[HARNESS_PATH_MAX];
    struct harness_datadir datadir;
    sigset_t before;
    enum batch_rc rc = choose_folder(arguments, folder, error);
    if (rc == BATCH_OK) {
        rc = harness_datadir_find(&datadir, error);
    }
    harness_interrupt_hold(&before);
    if (rc == BATCH_OK) {
        rc = harness_gnuplot_open(gnuplot, folder, datadir.plots, error);
    }
    if (rc == BATCH_OK) {
        rc = draw_wanted(plot, arguments, folder, error);
        harness_gnuplot_close(gnuplot);
    }
    harness_interrupt_restore(&before);
    return rc;
}

static enum batch_rc draw_run(struct harness_reader *reader, const struct arguments *arguments,
                              struct batch_error *error)
{
    struct harness_summary summary;
    struct harness_gnuplot gnuplot;
    struct harness_plot plot = {.reader = reader, .gnuplot = &gnuplot, .summary = &summary};
    enum batch_rc rc = harness_plot_end_us(reader, &plot.end_us, error);
    if (rc == BATCH_OK && plot.end_us <= 0) {
        rc = batch_error_set(error, BATCH_E_INPUT, "%s: the run took no time; there is nothing to plot",
                             arguments->path);
    }
    if (rc == BATCH_OK) {
        rc = harness_reader_summary(reader, &summary, error);
    }
    if (rc == BATCH_OK) {
        rc = draw_into_folder(&plot, &gnuplot, arguments, error);
        harness_summary_release(&summary);
    }
    return rc;
}

static int run(int argc, char **argv)
{
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .args_doc = "RUN.h5 [FIGURE...]",
        .doc = "Draw the figures of a run with gnuplot and print their names.\v"
               "FIGURE is any of queue (queue length and vCPUs over time), wait (distribution of the wait), cost (over "
               "time), instances (by type over time), gantt (of runs of at most 500 attempts); none: all.",
    };
    struct arguments arguments = {.format = "svg"};
    struct harness_reader *reader = NULL;
    struct batch_error error;
    arguments.wanted = calloc((size_t)argc + 1, sizeof(const struct harness_figure *));
    if (arguments.wanted == NULL) {
        return HARNESS_EXIT_FAILED;
    }
    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    enum batch_rc rc = harness_reader_open(arguments.path, &reader, &error);
    if (rc == BATCH_OK) {
        rc = draw_run(reader, &arguments, &error);
        harness_reader_close(reader);
    }
    free(arguments.wanted);
    return rc == BATCH_OK ? HARNESS_EXIT_OK : harness_exit_report(rc, &error);
}

const struct harness_command harness_command_plot = {
    .name = "plot", .summary = "draw the figures of a run (gnuplot)", .run = run};

/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file `batchlab run`: replay one scenario or trace and report. */
#define _GNU_SOURCE /* argp */
#include "harness/command.h"
#include "harness/exit.h"
#include "harness/interrupt.h"
#include "harness/option.h"
#include "harness/output.h"
#include "harness/progress.h"
#include "harness/session.h"

#include <stdio.h>
#include <stdlib.h>

/** Few enough that the progress line and Ctrl-C feel immediate, enough that asking costs nothing. */
enum { SLICE_EVENTS = 20000 };

enum { KEY_SET = 256, KEY_SEED, KEY_JSON, KEY_COMPRESS, KEY_VERIFY, KEY_NO_PROGRESS };

struct arguments {
    struct harness_plan_options plan;
    const char **sets; /**< Room for argc; what plan.sets points to. */
    const char *output;
    bool json, compresses, quiet, verifies, shows_progress;
};

static const struct argp_option options[] = {
    {"output", 'o', "RUN.h5", 0, "Write the results there (HDF5); without it no file is made", 0},
    {"seed", KEY_SEED, "N", 0, "Seed of every random draw; else the scenario's, else one is chosen and told", 0},
    {"set", KEY_SET, "PATH=VALUE", 0,
     "Override a value of the scenario, such as computeEnvironments.spot.computeResources.maxvCpus=256; may be "
     "repeated",
     0},
    {"json", KEY_JSON, NULL, 0, "Print the summary as one JSON object and nothing else", 0},
    {"compress", KEY_COMPRESS, NULL, 0, "Compress the results (shuffle and deflate): smaller, slower", 0},
    {"quiet", 'q', NULL, 0, "Print no summary and no progress", 0},
    {"verify", KEY_VERIFY, NULL, 0, "Re-count every invariant of the scheduler after every event: very slow", 0},
    {"no-progress", KEY_NO_PROGRESS, NULL, 0, "No progress line, even on a terminal", 0},
    {0},
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    switch (key) {
    case 'o':
        arguments->output = argument;
        return 0;
    case 'q':
        arguments->quiet = true;
        return 0;
    case KEY_SEED:
        arguments->plan.has_seed = true;
        arguments->plan.seed = harness_option_uint(state, "--seed", argument, 0, INT64_MAX);
        return 0;
    case KEY_SET:
        arguments->sets[arguments->plan.set_count++] = argument;
        return 0;
    case KEY_JSON:
        arguments->json = true;
        return 0;
    case KEY_COMPRESS:
        arguments->compresses = true;
        return 0;
    case KEY_VERIFY:
        arguments->verifies = true;
        return 0;
    case KEY_NO_PROGRESS:
        arguments->shows_progress = false;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 0) {
            argp_error(state, "one scenario at a time, but \"%s\" follows \"%s\"", argument, arguments->plan.path);
        }
        arguments->plan.path = argument;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "a scenario document or a trace is missing");
        return EINVAL;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static enum batch_rc run_all(struct harness_session *session, bool shows_progress, struct batch_error *error)
{
    struct harness_progress progress = harness_progress_begin(stderr, shows_progress);
    enum batch_rc rc = BATCH_OK;
    while (rc == BATCH_OK && !session->status.is_done) {
        rc = harness_session_run(session, SLICE_EVENTS, error);
        if (rc == BATCH_OK && harness_interrupt_take()) {
            rc = batch_error_set(error, BATCH_E_IO, "interrupted; no results were written");
        }
        const struct batch_core_counts *counts = &session->status.counts;
        struct harness_progress_state state = {.now_us = session->status.now_us,
                                               .jobs_ended = counts->succeeded + counts->failed,
                                               .share_done = harness_session_share(session)};
        harness_progress_update(&progress, &state);
    }
    harness_progress_end(&progress);
    return rc;
}

static enum batch_rc print_summary(const struct arguments *arguments, const struct harness_summary *summary,
                                   struct batch_error *error)
{
    if (!arguments->json) {
        harness_summary_print(summary, stdout);
        return BATCH_OK;
    }
    char *json = harness_summary_json(summary);
    if (json == NULL) {
        return batch_error_set(error, BATCH_E_MEMORY, "no memory for the summary");
    }
    (void)printf("%s\n", json);
    free(json);
    return BATCH_OK;
}

static enum batch_rc tell(const struct arguments *arguments, const struct harness_plan *plan,
                          const struct harness_summary *summary, struct batch_error *error)
{
    enum batch_rc rc = arguments->quiet && !arguments->json ? BATCH_OK : print_summary(arguments, summary, error);
    if (rc == BATCH_OK && plan->seed_is_chosen && !arguments->quiet) {
        (void)fprintf(stderr, "batchlab: seed %llu was chosen; --seed %llu repeats this run\n",
                      (unsigned long long)plan->seed, (unsigned long long)plan->seed);
    }
    if (rc == BATCH_OK && summary->all.unfinished > 0) {
        rc = batch_error_set(
            error, BATCH_E_STATE,
            "%llu of %llu jobs never ended: their queue's environments have no room, and may launch "
            "nothing, for the job at its head; compare instanceTypes, minvCpus (instances that it keeps), "
            "maxvCpus and bidPercentage with what the jobs ask for",
            (unsigned long long)summary->all.unfinished, (unsigned long long)summary->all.jobs);
    }
    return rc;
}

static enum batch_rc replay(const struct arguments *arguments, const struct harness_plan *plan,
                            struct batch_error *error)
{
    struct harness_session_options how = {.plan = plan,
                                          .output = arguments->output,
                                          .compresses = arguments->compresses,
                                          .verifies = arguments->verifies};
    struct harness_session session;
    struct harness_summary summary;
    enum batch_rc rc = harness_session_open(&session, &how, error);
    if (rc != BATCH_OK) {
        return rc;
    }
    rc = run_all(&session, arguments->shows_progress && !arguments->quiet, error);
    if (rc == BATCH_OK) {
        rc = harness_session_finish(&session, &summary, error);
    }
    harness_session_close(&session);
    if (rc == BATCH_OK) {
        rc = tell(arguments, plan, &summary, error);
        harness_summary_release(&summary);
    }
    return rc;
}

static int run_parsed(const struct arguments *arguments)
{
    struct harness_plan plan;
    struct batch_error error;
    sigset_t before;
    enum batch_rc rc = harness_plan_load(&arguments->plan, &plan, &error);
    if (rc != BATCH_OK) {
        return harness_exit_report(rc, &error);
    }
    harness_interrupt_hold(&before);
    rc = harness_output_guard(arguments->output, arguments->plan.path, &error);
    rc = rc == BATCH_OK ? harness_output_guard(arguments->output, plan.scenario->workload.path, &error) : rc;
    rc = rc == BATCH_OK ? replay(arguments, &plan, &error) : rc;
    harness_plan_release(&plan);
    int status = rc == BATCH_OK ? HARNESS_EXIT_OK : harness_exit_report(rc, &error);
    harness_interrupt_restore(&before);
    return status;
}

static int run(int argc, char **argv)
{
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .args_doc = "SCENARIO",
        .doc = "Replay a workload on a simulated EC2 fleet and report throughput, latency and cost.\v"
               "SCENARIO is a scenario document (JSON) or just a trace (SWF, plain or .gz), which then runs on the "
               "built-in default scenario.",
    };
    struct arguments arguments = {.shows_progress = true};
    arguments.sets = calloc((size_t)argc + 1, sizeof *arguments.sets);
    if (arguments.sets == NULL) {
        return HARNESS_EXIT_FAILED;
    }
    arguments.plan.sets = arguments.sets;
    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    int status = run_parsed(&arguments);
    free(arguments.sets);
    return status;
}

const struct harness_command harness_command_run = {
    .name = "run", .summary = "replay a scenario or a trace and report", .run = run};

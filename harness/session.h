/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * One run of a plan: workload, recorder and world joined; the caller decides how far to run at a time.
 */
#ifndef BATCH_HARNESS_SESSION_H
#define BATCH_HARNESS_SESSION_H

#include "harness/generate.h"
#include "harness/plan.h"
#include "harness/recorder.h"
#include "sim/world.h"

struct harness_session_options {
    const struct harness_plan *plan; /**< Borrowed until close. */
    const char *output;              /**< Results file; NULL: none. */
    bool compresses;
    bool verifies;
    const struct batch_observer *observer; /**< In place of the recorder: no summary is made then. May be NULL. */
};

/** Lives where it is declared: the streams must not be moved once opened. */
struct harness_session {
    const struct harness_plan *plan;
    struct harness_streams streams;
    struct workload *workload;
    struct harness_recorder *recorder;
    struct sim_world *world;
    struct sim_status status;
};

/** Open the workload alone, as harness_session_open does first; closed with harness_session_close. */
enum batch_rc harness_session_open_workload(struct harness_session *session, const struct harness_plan *plan,
                                            struct batch_error *error);

enum batch_rc harness_session_open(struct harness_session *session, const struct harness_session_options *options,
                                   struct batch_error *error);

/** Apply up to @p events_max more events; session->status says where the run is. */
enum batch_rc harness_session_run(struct harness_session *session, uint64_t events_max, struct batch_error *error);

/** Bring the results into place and fill @p summary, which the caller releases. Once, after the run is done. */
enum batch_rc harness_session_finish(struct harness_session *session, struct harness_summary *summary,
                                     struct batch_error *error);

/** How much of the workload has been done, 0..1; negative when that cannot be known. */
double harness_session_share(const struct harness_session *session);

/** Release everything; an unfinished results file is removed. */
void harness_session_close(struct harness_session *session);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Re-counting every invariant of the core: totals here, lists in verify_lists.c.
 *
 * Safe on damaged state (a forged snapshot): every index is checked before it is followed and every walk is
 * bounded by a count.
 */
#include "scheduler/internal.h"
#include "scheduler/words.h"

struct verify_totals {
    uint64_t live, submitted, runnable, starting, running, attempts;
    uint64_t demand; /**< RUNNABLE jobs by class, as one number: batch_verify_weight of each. */
};

uint64_t batch_verify_weight(uint32_t slot)
{
    return batch_digest_mix(BATCH_MODEL_VERSION, (const uint64_t[]){slot, ~(uint64_t)slot}, 2);
}

static enum batch_rc broken(struct batch_error *error, const char *what)
{
    return batch_error_set(error, BATCH_E_STATE, "the scheduler's state is damaged: %s", what);
}

static bool job_is_sound(const struct batch_core *core, const struct batch_index_entry *entry)
{
    const struct batch_arena *arenas = core->arenas;
    if (entry->slot >= arenas[BATCH_ARENA_JOBS].count) {
        return false;
    }
    const struct batch_job *job = batch_job_at(core, entry->slot);
    return job->job == entry->key && job->job <= core->scalars.jobs_submitted &&
           job->queue < arenas[BATCH_ARENA_QUEUES].count && job->class_slot < arenas[BATCH_ARENA_CLASSES].count &&
           batch_class_at(core, job->class_slot)->queue == job->queue &&
           job->definition < arenas[BATCH_ARENA_DEFINITIONS].count && batch_job_outcome(core, job->job) == 0;
}

static bool attempt_is_sound(const struct batch_core *core, uint32_t slot, uint32_t job_slot)
{
    const struct batch_arena *arenas = core->arenas;
    if (slot >= arenas[BATCH_ARENA_ATTEMPTS].count) {
        return false;
    }
    const struct batch_attempt *attempt = batch_attempt_at(core, slot);
    bool is_timed = attempt->deadline != BATCH_NO_SLOT;
    return attempt->attempt != 0 && attempt->job_slot == job_slot &&
           attempt->instance_slot < arenas[BATCH_ARENA_INSTANCES].count &&
           attempt->attempt <= core->scalars.attempts_started &&
           batch_index_get(&core->indices[BATCH_INDEX_ATTEMPTS], attempt->attempt) == slot &&
           (!is_timed || (attempt->deadline < arenas[BATCH_ARENA_DEADLINES].count &&
                          batch_deadline_at(core, attempt->deadline)->slot == slot));
}

static enum batch_rc verify_jobs(const struct batch_core *core, struct verify_totals *totals, struct batch_error *error)
{
    const struct batch_index *index = &core->indices[BATCH_INDEX_JOBS];
    const struct batch_index_entry *entries = index->table.items;
    for (uint32_t i = 0; i < index->table.capacity; i++) {
        if (entries[i].key == 0) {
            continue;
        }
        if (!job_is_sound(core, &entries[i])) {
            return broken(error, "a live job is not what its number says");
        }
        const struct batch_job *job = batch_job_at(core, entries[i].slot);
        bool is_placed = job->state == BATCH_JOB_STARTING || job->state == BATCH_JOB_RUNNING;
        totals->live++;
        totals->submitted += job->state == BATCH_JOB_SUBMITTED;
        totals->runnable += job->state == BATCH_JOB_RUNNABLE;
        totals->starting += job->state == BATCH_JOB_STARTING;
        totals->running += job->state == BATCH_JOB_RUNNING;
        totals->attempts += is_placed;
        totals->demand += job->state == BATCH_JOB_RUNNABLE ? batch_verify_weight(job->class_slot) : 0;
        if (is_placed != (job->attempt_slot != BATCH_NO_SLOT) ||
            (is_placed && !attempt_is_sound(core, job->attempt_slot, entries[i].slot))) {
            return broken(error, "a job and its attempt do not know each other");
        }
    }
    return BATCH_OK;
}

static enum batch_rc verify_totals(const struct batch_core *core, const struct verify_totals *totals,
                                   struct batch_error *error)
{
    const struct batch_scalars *scalars = &core->scalars;
    if (totals->runnable != scalars->jobs_runnable || totals->starting != scalars->jobs_starting ||
        totals->running != scalars->jobs_running) {
        return broken(error, "the counts of jobs by state are wrong");
    }
    if (totals->live != totals->submitted + totals->runnable + totals->starting + totals->running ||
        totals->live + scalars->jobs_succeeded + scalars->jobs_failed != scalars->jobs_submitted) {
        return broken(error, "jobs have been lost or counted twice");
    }
    if (totals->attempts != core->indices[BATCH_INDEX_ATTEMPTS].used) {
        return broken(error, "there are attempts without jobs");
    }
    return BATCH_OK;
}

static enum batch_rc verify_demand(const struct batch_core *core, uint64_t demand, struct batch_error *error)
{
    uint64_t counted = 0;
    for (uint32_t i = 0; i < core->arenas[BATCH_ARENA_CLASSES].count; i++) {
        counted += batch_verify_weight(i) * batch_class_at(core, i)->runnable;
    }
    return counted == demand ? BATCH_OK : broken(error, "a class counts other jobs than are RUNNABLE");
}

static enum batch_rc verify_outcomes(const struct batch_core *core, struct batch_error *error)
{
    const struct batch_arena *outcomes = &core->arenas[BATCH_ARENA_OUTCOMES];
    const uint64_t low = UINT64_C(0x5555555555555555);
    uint64_t succeeded = 0;
    uint64_t failed = 0;
    for (uint32_t i = 0; i < outcomes->count; i++) {
        uint64_t word = ((const uint64_t *)outcomes->items)[i];
        succeeded += (uint64_t)__builtin_popcountll(word & low);
        failed += (uint64_t)__builtin_popcountll(word >> 1 & low);
    }
    if (succeeded != core->scalars.jobs_succeeded || failed != core->scalars.jobs_failed) {
        return broken(error, "the outcomes of ended jobs do not add up");
    }
    return BATCH_OK;
}

static enum batch_rc verify_deadlines(const struct batch_core *core, struct batch_error *error)
{
    uint32_t count = core->arenas[BATCH_ARENA_DEADLINES].count;
    for (uint32_t i = 0; i < count; i++) {
        const struct batch_deadline *deadline = batch_deadline_at(core, i);
        const struct batch_deadline *parent = batch_deadline_at(core, i > 0 ? (i - 1) / 2 : 0);
        if (parent->at_us > deadline->at_us || (parent->at_us == deadline->at_us && parent->key > deadline->key)) {
            return broken(error, "the deadlines are out of order");
        }
        bool is_known = deadline->kind == BATCH_DEADLINE_TIMEOUT
                            ? deadline->slot < core->arenas[BATCH_ARENA_ATTEMPTS].count &&
                                  batch_attempt_at(core, deadline->slot)->attempt != 0 &&
                                  batch_attempt_at(core, deadline->slot)->deadline == i
                            : deadline->kind < BATCH_DEADLINE_CYCLES && core->scalars.cycles[deadline->kind] == i;
        if (!is_known) {
            return broken(error, "a deadline's owner does not know it");
        }
    }
    return BATCH_OK;
}

enum batch_rc batch_core_verify(const struct batch_core *core, struct batch_error *error)
{
    struct verify_totals totals = {0};
    uint64_t nodes = 0;
    uint64_t submitted = 0;
    enum batch_rc rc = batch_verify_tables(core, error);
    rc = rc == BATCH_OK ? verify_jobs(core, &totals, error) : rc;
    rc = rc == BATCH_OK ? verify_totals(core, &totals, error) : rc;
    rc = rc == BATCH_OK ? verify_demand(core, totals.demand, error) : rc;
    rc = rc == BATCH_OK ? verify_outcomes(core, error) : rc;
    rc = rc == BATCH_OK ? verify_deadlines(core, error) : rc;
    rc = rc == BATCH_OK ? batch_verify_lists(core, &nodes, &submitted, error) : rc;
    if (rc == BATCH_OK && submitted != totals.submitted) {
        return broken(error, "a SUBMITTED job is not in the list");
    }
    return rc == BATCH_OK ? batch_verify_arenas(core, nodes, error) : rc;
}

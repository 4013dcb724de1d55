/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The canonical encoding of commands.
 */
#include "scheduler/codec.h"
#include "scheduler/words.h"

static void put_changed(struct batch_words_out *out, const struct batch_command_job_changed *changed)
{
    batch_words_put(out, changed->tag);
    batch_words_put(out, changed->task.job);
    batch_words_put_pair(out, (uint32_t)changed->task.array_index, (uint32_t)changed->task.node_index);
    batch_words_put_pair(out, changed->task.attempt, changed->queue);
    batch_words_put_pair(out, (uint32_t)changed->exit_code,
                         (uint32_t)changed->from | (uint32_t)changed->to << 8 | (uint32_t)changed->reason << 16);
    batch_words_put(out, changed->attempt);
    batch_words_put(out, changed->instance);
    batch_words_put(out, (uint64_t)changed->occurred_us);
}

static void get_changed(struct batch_words_in *in, struct batch_command_job_changed *changed)
{
    changed->tag = batch_words_get(in);
    changed->task.job = batch_words_get(in);
    uint64_t word = batch_words_get(in);
    changed->task.array_index = (int32_t)(uint32_t)word;
    changed->task.node_index = (int32_t)(uint32_t)(word >> 32);
    word = batch_words_get(in);
    changed->task.attempt = (uint32_t)word;
    changed->queue = (uint32_t)(word >> 32);
    word = batch_words_get(in);
    changed->exit_code = (int32_t)(uint32_t)word;
    changed->from = (enum batch_job_state)(word >> 32 & 0xff);
    changed->to = (enum batch_job_state)(word >> 40 & 0xff);
    changed->reason = (enum batch_reason)(word >> 48);
    changed->attempt = batch_words_get(in);
    changed->instance = batch_words_get(in);
    changed->occurred_us = (int64_t)batch_words_get(in);
}

static void put_start(struct batch_words_out *out, const struct batch_command_start *start)
{
    batch_words_put(out, start->tag);
    batch_words_put(out, start->task.job);
    batch_words_put_pair(out, (uint32_t)start->task.array_index, (uint32_t)start->task.node_index);
    batch_words_put_pair(out, start->task.attempt, start->queue);
    batch_words_put(out, start->attempt);
    batch_words_put(out, start->instance);
    batch_words_put_pair(out, start->resources.vcpu_milli, start->resources.mib);
    batch_words_put_pair(out, start->resources.gpu, start->environment);
}

static void get_start(struct batch_words_in *in, uint32_t field, struct batch_command_start *start)
{
    start->definition = field;
    start->tag = batch_words_get(in);
    start->task.job = batch_words_get(in);
    uint64_t word = batch_words_get(in);
    start->task.array_index = (int32_t)(uint32_t)word;
    start->task.node_index = (int32_t)(uint32_t)(word >> 32);
    word = batch_words_get(in);
    start->task.attempt = (uint32_t)word;
    start->queue = (uint32_t)(word >> 32);
    start->attempt = batch_words_get(in);
    start->instance = batch_words_get(in);
    word = batch_words_get(in);
    start->resources.vcpu_milli = (uint32_t)word;
    start->resources.mib = (uint32_t)(word >> 32);
    word = batch_words_get(in);
    start->resources.gpu = (uint32_t)word;
    start->environment = (uint32_t)(word >> 32);
}

static uint32_t command_field(const struct batch_command *command)
{
    switch (command->kind) {
    case BATCH_COMMAND_LAUNCH_INSTANCE:
        return command->as.launch.pool;
    case BATCH_COMMAND_START_ATTEMPT:
        return command->as.start.definition;
    case BATCH_COMMAND_NOTICE:
        return command->as.notice.queue;
    case BATCH_COMMAND_NONE:
    case BATCH_COMMAND_WAKE:
    case BATCH_COMMAND_TERMINATE_INSTANCE:
    case BATCH_COMMAND_STOP_ATTEMPT:
    case BATCH_COMMAND_JOB_CHANGED:
        return 0;
    }
    return 0;
}

static void put_body(struct batch_words_out *out, const struct batch_command *command)
{
    switch (command->kind) {
    case BATCH_COMMAND_NONE:
        break;
    case BATCH_COMMAND_WAKE:
        batch_words_put(out, (uint64_t)command->as.wake_us);
        break;
    case BATCH_COMMAND_LAUNCH_INSTANCE:
        batch_words_put(out, command->as.launch.instance);
        batch_words_put(out, command->as.launch.environment);
        break;
    case BATCH_COMMAND_TERMINATE_INSTANCE:
        batch_words_put(out, command->as.terminate.instance);
        break;
    case BATCH_COMMAND_START_ATTEMPT:
        put_start(out, &command->as.start);
        break;
    case BATCH_COMMAND_STOP_ATTEMPT:
        batch_words_put(out, command->as.stop.tag);
        batch_words_put(out, command->as.stop.attempt);
        batch_words_put(out, (uint64_t)command->as.stop.grace_us);
        break;
    case BATCH_COMMAND_JOB_CHANGED:
        put_changed(out, &command->as.job_changed);
        break;
    case BATCH_COMMAND_NOTICE:
        batch_words_put(out, command->as.notice.job);
        batch_words_put(out, (uint64_t)command->as.notice.reason);
        break;
    }
}

size_t batch_command_encode(const struct batch_command *command, uint64_t *words, size_t capacity)
{
    struct batch_words_out out = {.words = words, .capacity = words != NULL ? capacity : 0};
    batch_words_put(&out, 0);
    batch_words_put(&out, (uint64_t)command->time_us);
    put_body(&out, command);
    if (words != NULL && capacity > 0) {
        words[0] = batch_words_header((uint32_t)command->kind, out.used, command_field(command));
    }
    return out.used;
}

static bool command_encodes_to(const struct batch_command *command, const uint64_t *words, size_t count)
{
    struct batch_words_out out = {.capacity = count, .expected = words};
    batch_words_put(&out, batch_words_header((uint32_t)command->kind, count, command_field(command)));
    batch_words_put(&out, (uint64_t)command->time_us);
    put_body(&out, command);
    return !out.differs && out.used == count;
}

static void get_body(struct batch_words_in *in, uint32_t field, struct batch_command *command)
{
    switch (command->kind) {
    case BATCH_COMMAND_NONE:
        break;
    case BATCH_COMMAND_WAKE:
        command->as.wake_us = (int64_t)batch_words_get(in);
        break;
    case BATCH_COMMAND_LAUNCH_INSTANCE:
        command->as.launch.pool = field;
        command->as.launch.instance = batch_words_get(in);
        command->as.launch.environment = (uint32_t)batch_words_get(in);
        break;
    case BATCH_COMMAND_TERMINATE_INSTANCE:
        command->as.terminate.instance = batch_words_get(in);
        break;
    case BATCH_COMMAND_START_ATTEMPT:
        get_start(in, field, &command->as.start);
        break;
    case BATCH_COMMAND_STOP_ATTEMPT:
        command->as.stop.tag = batch_words_get(in);
        command->as.stop.attempt = batch_words_get(in);
        command->as.stop.grace_us = (int64_t)batch_words_get(in);
        break;
    case BATCH_COMMAND_JOB_CHANGED:
        get_changed(in, &command->as.job_changed);
        break;
    case BATCH_COMMAND_NOTICE:
        command->as.notice.queue = field;
        command->as.notice.job = batch_words_get(in);
        command->as.notice.reason = (enum batch_reason)batch_words_get(in);
        break;
    }
}

enum batch_rc batch_command_decode(const uint64_t *words, size_t count, struct batch_command *command, size_t *used,
                                   struct batch_error *error)
{
    struct batch_words_in in = {.words = words, .count = count};
    uint64_t header = batch_words_get(&in);
    uint32_t kind = (uint32_t)(header & 0xff);
    size_t claimed = (size_t)(header >> 8 & 0xffffff);
    if (kind == BATCH_COMMAND_NONE || kind > BATCH_COMMAND_NOTICE || claimed < 2 || claimed > count) {
        return batch_error_set(error, BATCH_E_INPUT, "not a command: kind %u, %zu of %zu words", kind, claimed, count);
    }
    in.count = claimed;
    struct batch_command decoded = {.kind = (enum batch_command_kind)kind};
    decoded.time_us = (int64_t)batch_words_get(&in);
    get_body(&in, (uint32_t)(header >> 32), &decoded);
    if (in.is_short || !command_encodes_to(&decoded, words, claimed)) {
        return batch_error_set(error, BATCH_E_INPUT, "a command of kind %u does not look like this (%zu words)", kind,
                               claimed);
    }
    *command = decoded;
    *used = claimed;
    return BATCH_OK;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Bytes as a journal of events: each that decodes encodes back to the same words, and a small prepared core takes or
 * refuses it without ever breaking an invariant.
 */
#include "scheduler/codec.h"
#include "scheduler/core.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS_MAX = 512, EVENTS_MAX = 200 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void *resize(void *context, void *block, size_t old_bytes, size_t new_bytes)
{
    (void)context;
    (void)old_bytes;
    if (new_bytes == 0) {
        free(block);
        return NULL;
    }
    return realloc(block, new_bytes);
}

static void require(bool condition, const char *what)
{
    if (!condition) {
        (void)fprintf(stderr, "%s\n", what);
        abort();
    }
}

static void panic(void *context, const char *message)
{
    (void)context;
    require(false, message);
}

static void prepare(struct batch_core *core)
{
    static const uint32_t pools[2] = {0, 1};
    const struct batch_event events[] = {
        {.kind = BATCH_EVENT_POOL_CHANGED, .as.pool = {.capacity = {2000, 4000, 0}, .price_usd_nano_per_h = 5}},
        {.kind = BATCH_EVENT_POOL_CHANGED,
         .as.pool = {.pool = 1, .capacity = {8000, 16000, 1}, .price_usd_nano_per_h = 18}},
        {.kind = BATCH_EVENT_ENVIRONMENT_CREATED,
         .as.environment =
             {.vcpu_max = 20, .bid_percentage = 100, .allocation_strategy = 1, .pools = pools, .pool_count = 2}},
        {.kind = BATCH_EVENT_QUEUE_CREATED, .as.queue = {.environment_count = 1}},
        {.kind = BATCH_EVENT_DEFINITION_REGISTERED,
         .as.definition = {.resources = {1000, 1000, 0}, .attempts = 2, .timeout_us = 60000000}},
        {.kind = BATCH_EVENT_JOB_SUBMITTED, .as.submission = {.estimate_us = -1}},
        {.kind = BATCH_EVENT_JOB_SUBMITTED, .as.submission = {.estimate_us = -1}},
        {.kind = BATCH_EVENT_DECIDE},
        {.kind = BATCH_EVENT_DECIDE},
        {.kind = BATCH_EVENT_INSTANCE_RUNNING, .as.instance = {.instance = 1}},
        {.kind = BATCH_EVENT_INSTANCE_REGISTERED, .as.instance = {.instance = 1, .registered = {2000, 4000, 0}}},
        {.kind = BATCH_EVENT_DECIDE},
        {.kind = BATCH_EVENT_ATTEMPT_STARTED, .as.attempt = {.attempt = 1}},
    };
    for (size_t i = 0; i < sizeof events / sizeof events[0]; i++) {
        require(batch_core_step(core, &events[i], NULL) == BATCH_OK, "the preparation is refused");
    }
}

static void drain(struct batch_core *core)
{
    struct batch_command command;
    uint64_t words[BATCH_COMMAND_WORDS_MAX];
    while (batch_core_next_command(core, &command)) {
        require(batch_command_encode(&command, words, BATCH_COMMAND_WORDS_MAX) <= BATCH_COMMAND_WORDS_MAX,
                "a command is too long");
    }
}

static void take(struct batch_core *core, const struct batch_event *event)
{
    struct batch_error error = {.text = ""};
    uint64_t digest = batch_core_digest(core);
    enum batch_rc rc = batch_core_step(core, event, &error);
    require(rc == BATCH_OK || error.rc == rc, "the error does not say what was returned");
    require(rc == BATCH_OK || batch_core_digest(core) == digest, "a refused event has changed the digest");
    error.text[0] = '\0';
    require(batch_core_verify(core, &error) == BATCH_OK, error.text);
    drain(core);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct batch_host host = {.resize = resize, .panic = panic};
    const struct batch_limits limits = {.jobs = 50, .attempts = 50, .instances = 50, .commands = 64};
    const struct batch_configuration configuration = {.stop_grace_us = 1, .launch_retry_us = 1000000};
    struct batch_core *core = NULL;
    size_t count = size / 8 < WORDS_MAX ? size / 8 : WORDS_MAX;
    uint64_t words[WORDS_MAX];
    uint64_t again[WORDS_MAX];
    memcpy(words, data, count * 8);
    if (batch_core_create(&host, &limits, &configuration, &core, NULL) != BATCH_OK) {
        return 0;
    }
    prepare(core);
    struct batch_event event;
    size_t used = 0;
    size_t at = 0;
    for (int events = 0;
         events < EVENTS_MAX && batch_event_decode(words + at, count - at, &event, &used, NULL) == BATCH_OK; events++) {
        require(batch_event_encode(&event, again, WORDS_MAX) == used, "an event encodes to another length");
        require(memcmp(again, words + at, used * 8) == 0, "an event encodes to other words");
        take(core, &event);
        at += used;
    }
    batch_core_destroy(core);
    return 0;
}

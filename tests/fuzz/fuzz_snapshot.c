/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Bytes as a snapshot, as they are and with length and checksum mended so that damage inside gets through; and as
 * patches (offset, value) of a snapshot made here, so that an old corpus is of use when the layout changes.
 *
 * What is loaded must verify, and can be stepped, saved and destroyed.
 */
#include "scheduler/core.h"
#include "scheduler/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HEADER_BYTES = 40, AT_BYTES = 16, AT_CHECKSUM = 24, JOBS = 40, INSTANCES_MAX = 500, PATCHES_BYTES = 60 };

static void *resize(void *context, void *block, size_t old_bytes, size_t new_bytes)
{
    (void)context;
    (void)old_bytes;
    if (new_bytes == 0) {
        free(block);
        return NULL;
    }
    return new_bytes > (size_t)1 << 28 ? NULL : realloc(block, new_bytes);
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

static const struct batch_host host = {.resize = resize, .panic = panic};

static void take(struct batch_core *core, struct batch_event event)
{
    struct batch_error error = {.text = ""};
    if (batch_core_count(core).instances > INSTANCES_MAX) {
        return; /* legal, and only slow */
    }
    (void)batch_core_step(core, &event, NULL);
    require(batch_core_verify(core, &error) == BATCH_OK, error.text);
    struct batch_command command;
    while (batch_core_next_command(core, &command)) {
        /* drained, so that the next step has room */
    }
}

/** Everything that could stand on what the snapshot said: submissions, passes, and an end to all that is live. */
static void exercise(struct batch_core *core)
{
    for (uint32_t i = 0; i < JOBS; i++) {
        take(core, (struct batch_event){.kind = BATCH_EVENT_JOB_SUBMITTED,
                                        .time_us = INT64_MAX - 1,
                                        .as.submission = {.queue = i % 2, .resources = {1000 + i, 1000, 0}}});
    }
    for (uint64_t i = 0; i < JOBS; i++) {
        static const enum batch_event_kind kinds[] = {BATCH_EVENT_DECIDE, BATCH_EVENT_INSTANCE_RUNNING,
                                                      BATCH_EVENT_INSTANCE_REGISTERED, BATCH_EVENT_DECIDE};
        for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
            take(core, (struct batch_event){.kind = kinds[k],
                                            .time_us = INT64_MAX - 1,
                                            .as.instance = {.instance = i, .registered = {4000, 9000, 0}}});
        }
        take(core, (struct batch_event){
                       .kind = BATCH_EVENT_ATTEMPT_STARTED, .time_us = INT64_MAX, .as.attempt = {.attempt = i}});
    }
    for (uint64_t i = 0; i < JOBS; i++) {
        struct batch_event ended = {.kind = BATCH_EVENT_ATTEMPT_ENDED,
                                    .time_us = INT64_MAX,
                                    .as.attempt = {.attempt = i, .exit_code = (int32_t)(i % 2)}};
        take(core, ended);
        take(core, (struct batch_event){
                       .kind = BATCH_EVENT_INSTANCE_GONE, .time_us = INT64_MAX, .as.instance = {.instance = i}});
        take(core,
             (struct batch_event){.kind = BATCH_EVENT_JOB_TERMINATED, .time_us = INT64_MAX, .as.stop = {.job = i}});
        take(core, (struct batch_event){.kind = BATCH_EVENT_DECIDE, .time_us = INT64_MAX});
    }
}

static void load(const uint8_t *bytes, size_t size)
{
    struct batch_core *core = NULL;
    struct batch_error error = {.text = ""};
    enum batch_rc rc = batch_core_load(&host, bytes, size, &core, &error);
    if (rc != BATCH_OK) {
        require(core == NULL && error.rc == rc && error.text[0] != '\0', "a refusal without words");
        return;
    }
    require(batch_core_verify(core, &error) == BATCH_OK, error.text);
    exercise(core);
    unsigned char *saved = NULL;
    size_t saved_size = 0;
    if (batch_core_save(core, &saved, &saved_size, NULL) == BATCH_OK) {
        free(saved);
    }
    batch_core_destroy(core);
}

/** As the core computes it: a digest of blocks of 64 words, the last padded with zeros to whole words. */
static uint64_t checksum(const uint8_t *bytes, size_t size)
{
    uint64_t digest = 0;
    uint64_t words[64];
    for (size_t at = 0; at < size; at += sizeof words) {
        size_t part = size - at < sizeof words ? size - at : sizeof words;
        memset(words, 0, sizeof words);
        memcpy(words, bytes + at, part);
        digest = batch_digest_mix(digest, words, (part + 7) / 8);
    }
    return digest;
}

static void load_mended(uint8_t *bytes, size_t size)
{
    uint64_t total = size;
    uint64_t sum = checksum(bytes + HEADER_BYTES, size - HEADER_BYTES);
    memcpy(bytes + AT_BYTES, &total, sizeof total);
    memcpy(bytes + AT_CHECKSUM, &sum, sizeof sum);
    load(bytes, size);
}

/** A small fleet with jobs in every state, a lost attempt and free slots of each kind. */
static struct batch_core *make(void)
{
    static const uint32_t pools[2] = {0, 1};
    const struct batch_configuration configuration = {.launch_retry_us = 1000000};
    struct batch_core *core = NULL;
    require(batch_core_create(&host, NULL, &configuration, &core, NULL) == BATCH_OK, "no core");
    for (uint32_t i = 0; i < 2; i++) {
        take(core,
             (struct batch_event){.kind = BATCH_EVENT_POOL_CHANGED,
                                  .as.pool = {.pool = i, .capacity = {4000, 9000, 0}, .price_usd_nano_per_h = 5 - i}});
    }
    take(core, (struct batch_event){
                   .kind = BATCH_EVENT_ENVIRONMENT_CREATED,
                   .as.environment = {.vcpu_max = 12, .bid_percentage = 100, .pools = pools, .pool_count = 2}});
    for (uint32_t i = 0; i < 2; i++) {
        take(core, (struct batch_event){.kind = BATCH_EVENT_QUEUE_CREATED,
                                        .as.queue = {.queue = i, .priority = i, .environment_count = 1}});
    }
    take(core, (struct batch_event){.kind = BATCH_EVENT_DEFINITION_REGISTERED,
                                    .as.definition = {.resources = {1000, 1000, 0},
                                                      .attempts = 2,
                                                      .timeout_us = 60000000,
                                                      .rule_count = 1,
                                                      .rules = {{.on_reason = {"Out*", 4}}}}});
    for (uint32_t i = 0; i < 16; i++) {
        take(core,
             (struct batch_event){.kind = BATCH_EVENT_JOB_SUBMITTED,
                                  .as.submission = {.queue = i % 2, .resources = {1000 + i % 3 * 1000, 1000, 0}}});
    }
    take(core, (struct batch_event){.kind = BATCH_EVENT_DECIDE});
    take(core, (struct batch_event){.kind = BATCH_EVENT_DECIDE});
    for (uint64_t i = 1; i <= 3; i++) {
        take(core, (struct batch_event){.kind = BATCH_EVENT_INSTANCE_RUNNING, .as.instance = {.instance = i}});
        take(core, (struct batch_event){.kind = BATCH_EVENT_INSTANCE_REGISTERED,
                                        .as.instance = {.instance = i, .registered = {4000, 9000, 0}}});
    }
    take(core, (struct batch_event){.kind = BATCH_EVENT_DECIDE});
    for (uint64_t i = 1; i <= 3; i++) {
        take(core, (struct batch_event){.kind = BATCH_EVENT_ATTEMPT_STARTED, .as.attempt = {.attempt = i}});
    }
    take(core, (struct batch_event){.kind = BATCH_EVENT_ATTEMPT_ENDED, .as.attempt = {.attempt = 1}});
    take(core, (struct batch_event){.kind = BATCH_EVENT_INSTANCE_GONE, .as.instance = {.instance = 2}});
    take(core, (struct batch_event){.kind = BATCH_EVENT_JOB_SUBMITTED, .as.submission = {.estimate_us = 1}});
    return core;
}

/** Each 6 bytes put a 32-bit value at four times a 16-bit offset into the snapshot of make(). */
static void load_patched(const uint8_t *data, size_t size)
{
    struct batch_core *core = make();
    unsigned char *bytes = NULL;
    size_t bytes_size = 0;
    require(batch_core_save(core, &bytes, &bytes_size, NULL) == BATCH_OK, "a core cannot be saved");
    batch_core_destroy(core);
    load(bytes, bytes_size);
    for (size_t at = 0; at + 6 <= size; at += 6) {
        uint16_t word = 0;
        memcpy(&word, data + at, sizeof word);
        size_t place = HEADER_BYTES + word % ((bytes_size - HEADER_BYTES) / 4) * 4;
        memcpy(bytes + place, data + at + sizeof word, 4);
    }
    load_mended(bytes, bytes_size);
    free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    load(data, size);
    load_patched(data, size < PATCHES_BYTES ? size : PATCHES_BYTES);
    if (size < HEADER_BYTES) {
        return 0;
    }
    uint8_t *mended = malloc(size);
    if (mended == NULL) {
        return 0;
    }
    memcpy(mended, data, size);
    load_mended(mended, size);
    free(mended);
    return 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Snapshots: a loaded core goes on as the saved one; damaged bytes are refused.
 */
#include "tests/support/t_core.h"

#include <stdlib.h>
#include <string.h>

static void script_begin(struct t_core *t)
{
    t_core_begin(t, NULL, NULL);
    uint32_t pools[2] = {t_core_pool(t, BATCH_MARKET_SPOT, 4, 1000), t_core_pool(t, BATCH_MARKET_SPOT, 8, 1900)};
    uint32_t environment = t_core_environment(t, t_core_environment_preset("SPOT_CAPACITY_OPTIMIZED", 40), pools, 2);
    t_core_queue(t, 1, &environment, 1);
    t_core_queue(t, 5, &environment, 1);
    t_core_definition(t, 3, INT64_C(60000000));
}

static void script_register(struct t_core *t)
{
    for (uint64_t instance = 1; instance <= 40; instance++) {
        (void)t_core_try_instance(t, BATCH_EVENT_INSTANCE_RUNNING, instance);
        (void)t_core_try(t, (struct batch_event){.kind = BATCH_EVENT_INSTANCE_REGISTERED,
                                                 .as.instance = {.instance = instance, .registered = {4000, 8192, 0}}});
    }
}

static void script_attempts(struct t_core *t, uint32_t number)
{
    for (uint64_t attempt = number % 3; attempt <= number; attempt += 3) {
        (void)t_core_try_attempt(t, BATCH_EVENT_ATTEMPT_STARTED, attempt, 0);
        (void)t_core_try_attempt(t, BATCH_EVENT_ATTEMPT_ENDED, attempt / 2, (int32_t)(number % 2));
    }
}

/** One step of a run that depends on nothing but its number; facts that cannot be true are refused and harmless. */
static void script_step(struct t_core *t, uint32_t number)
{
    uint64_t random = number * UINT64_C(0x9e3779b97f4a7c15) + 1;
    uint32_t dice = t_random_below(&random, 12);
    uint64_t submitted = batch_core_count(t->core).submitted;
    t->now_us += t_random_below(&random, 9000000);
    if (dice < 4) {
        t_core_submit(t, t_random_below(&random, 2), 1 + t_random_below(&random, 4));
    } else if (dice < 7) {
        t_core_tell(t, (struct batch_event){.kind = BATCH_EVENT_DECIDE});
    } else if (dice == 7) {
        script_register(t);
    } else if (dice == 8) {
        (void)t_core_try_instance(t, BATCH_EVENT_INSTANCE_NOTICE, 1 + t_random_below(&random, 40));
    } else if (dice == 9 && submitted > 0) {
        (void)t_core_stop(t, BATCH_EVENT_JOB_TERMINATED, 1 + t_random_below(&random, (uint32_t)submitted));
    } else {
        script_attempts(t, number);
    }
}

static unsigned char *saved(struct t_core *t, size_t *size)
{
    unsigned char *bytes = NULL;
    t_assert_u64(batch_core_save(t->core, &bytes, size, &t->error), BATCH_OK);
    return bytes;
}

static void give_back(struct t_core *t, unsigned char *bytes, size_t size)
{
    (void)t->host.host.resize(t->host.host.context, bytes, size, 0);
}

static void core_goes_on_the_same_when_it_is_saved_and_loaded(void **state)
{
    (void)state;
    enum { STEPS = 200 };
    struct t_core whole;
    struct t_core broken;
    script_begin(&whole);
    script_begin(&broken);
    broken.drains = false;
    uint64_t random = 99;
    for (uint32_t i = 0; i < STEPS; i++) {
        script_step(&whole, i);
        script_step(&broken, i);
        if (t_random_below(&random, 4) == 0) {
            size_t size = 0;
            unsigned char *bytes = saved(&broken, &size);
            struct batch_core *loaded = NULL;
            t_assert_u64(batch_core_load(&broken.host.host, bytes, size, &loaded, &broken.error), BATCH_OK);
            batch_core_destroy(broken.core);
            broken.core = loaded;
            size_t again_size = 0;
            unsigned char *again = saved(&broken, &again_size);
            t_assert_u64(again_size, size);
            assert_memory_equal(again, bytes, size);
            give_back(&broken, bytes, size);
            give_back(&broken, again, again_size);
            if (t_random_below(&random, 2) == 0) { /* sometimes undrained commands go through the snapshot */
                t_core_drain(&broken);
            }
        }
        t_assert_u64(batch_core_digest(broken.core), batch_core_digest(whole.core));
    }
    t_core_drain(&broken);
    assert_true(t_core_number(&whole, BATCH_COMMAND_START_ATTEMPT) > 30);
    t_assert_u64(broken.log_count, whole.log_count);
    for (uint32_t i = 0; i < whole.log_count; i++) {
        t_assert_u64(broken.log[i].kind, whole.log[i].kind);
        t_assert_i64(broken.log[i].time_us, whole.log[i].time_us);
    }
    t_core_end(&whole);
    t_core_end(&broken);
}

static void load_refuses_when_any_byte_is_damaged_or_missing(void **state)
{
    (void)state;
    struct t_core t;
    script_begin(&t);
    for (uint32_t i = 0; i < 40; i++) {
        script_step(&t, i);
    }
    size_t size = 0;
    unsigned char *bytes = saved(&t, &size);
    struct batch_core *loaded = NULL;
    for (size_t at = 0; at < size; at++) {
        bytes[at] ^= 0x10;
        struct batch_error error = {.rc = BATCH_OK};
        t_assert_u64(batch_core_load(&t.host.host, bytes, size, &loaded, &error), BATCH_E_INPUT);
        t_assert_u64(error.rc, BATCH_E_INPUT);
        bytes[at] ^= 0x10;
    }
    for (size_t cut = 0; cut < size; cut += cut < 400 || cut + 400 > size ? 1 : 37) {
        unsigned char *part = malloc(cut + 1); /* so that a sanitizer sees a read past the end */
        assert_non_null(part);
        memcpy(part, bytes, cut);
        t_assert_u64(batch_core_load(&t.host.host, part, cut, &loaded, &t.error), BATCH_E_INPUT);
        free(part);
    }
    assert_null(loaded);
    give_back(&t, bytes, size);
    t_core_end(&t);
}

static void save_and_load_leak_nothing_when_memory_is_refused(void **state)
{
    (void)state;
    struct t_core t;
    script_begin(&t);
    for (uint32_t i = 0; i < 60; i++) {
        script_step(&t, i);
    }
    size_t size = 0;
    unsigned char *bytes = NULL;
    t.host.refuse_from = t.host.requests + 1;
    t_assert_u64(batch_core_save(t.core, &bytes, &size, &t.error), BATCH_E_MEMORY);
    assert_null(bytes);
    t.host.refuse_from = 0;
    bytes = saved(&t, &size);
    uint64_t blocks = t.host.live_blocks;
    struct batch_core *loaded = NULL;
    enum batch_rc rc = BATCH_E_MEMORY;
    for (uint64_t nth = 1; rc != BATCH_OK; nth++) {
        t.host.refuse_from = t.host.requests + nth;
        rc = batch_core_load(&t.host.host, bytes, size, &loaded, &t.error);
        if (rc != BATCH_OK) {
            t_assert_u64(rc, BATCH_E_MEMORY);
            t_assert_u64(t.host.live_blocks, blocks);
            assert_true(nth < 100);
        }
    }
    t.host.refuse_from = 0;
    batch_core_destroy(loaded);
    give_back(&t, bytes, size);
    t_core_end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(core_goes_on_the_same_when_it_is_saved_and_loaded),
        cmocka_unit_test(load_refuses_when_any_byte_is_damaged_or_missing),
        cmocka_unit_test(save_and_load_leak_nothing_when_memory_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The canonical encoding: every kind goes there and back, and nothing else is taken.
 */
#include "scheduler/codec.h"
#include "tests/support/t_core.h"

#include <string.h>

enum { WORDS_MAX = 512 };

static const uint32_t pools[5] = {4, 0, 9, 2, 7};

static struct batch_text text(const char *bytes)
{
    return (struct batch_text){.bytes = bytes, .length = (uint32_t)strlen(bytes)};
}

static struct batch_event definition(void)
{
    struct batch_event event = {
        .kind = BATCH_EVENT_DEFINITION_REGISTERED,
        .as.definition = {
            .definition = 3, .resources = {1, 2, 3}, .attempts = 4, .timeout_us = INT64_MAX, .rule_count = 3}};
    event.as.definition.rules[0] =
        (struct batch_retry_rule){.on_status_reason = text("Host EC2*"), .action = BATCH_RETRY_RETRY};
    event.as.definition.rules[1] = (struct batch_retry_rule){
        .on_reason = text("exactly8"), .on_exit_code = text("137"), .action = BATCH_RETRY_EXIT};
    event.as.definition.rules[2] = (struct batch_retry_rule){.on_reason = text(""), .action = BATCH_RETRY_EXIT};
    return event;
}

/** One of each kind, with fields that would be lost if they were cut or swapped. */
static uint32_t make_events(struct batch_event *events)
{
    const struct batch_event made[] = {
        {.kind = BATCH_EVENT_TIME},
        {.kind = BATCH_EVENT_DECIDE},
        {.kind = BATCH_EVENT_POOL_CHANGED,
         .as.pool = {1, 2, 3, BATCH_MARKET_SPOT, {UINT32_MAX, 5, 6}, INT64_MAX, 7, 1000, true}},
        {.kind = BATCH_EVENT_POOL_CHANGED,
         .as.pool = {UINT32_MAX, 2, 3, BATCH_MARKET_ON_DEMAND, {4, 5, 6}, 8, 7, 9, false}},
        {.kind = BATCH_EVENT_ENVIRONMENT_CREATED,
         .as.environment = {1, BATCH_MARKET_SPOT, 2, 3, 4, 5, 6, 7, INT64_MAX, pools, 5}},
        {.kind = BATCH_EVENT_ENVIRONMENT_CREATED,
         .as.environment = {1, BATCH_MARKET_ON_DEMAND, 2, 3, 4, 5, 6, 7, 8, pools, 4}},
        {.kind = BATCH_EVENT_QUEUE_CREATED, .as.queue = {1, 2, 3, 3, {4, 5, 6}}},
        definition(),
        {.kind = BATCH_EVENT_JOB_SUBMITTED, .as.submission = {UINT64_MAX, 1, 2, {3, 4, 5}, -1}},
        {.kind = BATCH_EVENT_JOB_CANCELLED, .as.stop = {UINT64_MAX, text("because")}},
        {.kind = BATCH_EVENT_JOB_TERMINATED, .as.stop = {7, text("")}},
        {.kind = BATCH_EVENT_INSTANCE_RUNNING, .as.instance = {.instance = UINT64_MAX}},
        {.kind = BATCH_EVENT_INSTANCE_REGISTERED, .as.instance = {.instance = 5, .registered = {1, 2, 3}}},
        {.kind = BATCH_EVENT_INSTANCE_LAUNCH_FAILED, .as.instance = {.instance = 5}},
        {.kind = BATCH_EVENT_INSTANCE_NOTICE, .as.instance = {.instance = 5, .deadline_us = -2}},
        {.kind = BATCH_EVENT_INSTANCE_GONE, .as.instance = {.instance = 5, .gone = BATCH_GONE_FAILED}},
        {.kind = BATCH_EVENT_ATTEMPT_STARTED, .as.attempt = {.attempt = 5}},
        {.kind = BATCH_EVENT_ATTEMPT_START_FAILED, .as.attempt = {.attempt = 5, .reason = text("CannotPull: x")}},
        {.kind = BATCH_EVENT_ATTEMPT_ENDED, .as.attempt = {5, 6, BATCH_EXIT_CODE_NONE, text("OutOfMemoryError")}},
    };
    memcpy(events, made, sizeof made);
    return sizeof made / sizeof made[0];
}

static void event_comes_back_when_it_is_encoded(void **state)
{
    (void)state;
    struct batch_event events[32];
    uint32_t count = make_events(events);
    uint64_t kinds = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t words[WORDS_MAX];
        uint64_t again[WORDS_MAX];
        struct batch_event decoded;
        size_t used = 0;
        events[i].time_us = INT64_MAX - i;
        size_t needed = batch_event_encode(&events[i], words, WORDS_MAX);
        t_assert_u64(batch_event_encode(&events[i], NULL, 0), needed);
        words[needed] = UINT64_MAX;
        t_assert_u64(batch_event_decode(words, needed + 1, &decoded, &used, NULL), BATCH_OK);
        t_assert_u64(used, needed);
        t_assert_u64(decoded.kind, events[i].kind);
        t_assert_i64(decoded.time_us, events[i].time_us);
        t_assert_u64(batch_event_encode(&decoded, again, WORDS_MAX), needed);
        assert_memory_equal(again, words, needed * sizeof words[0]);
        kinds |= UINT64_C(1) << events[i].kind;
    }
    t_assert_u64(kinds, (UINT64_C(1) << (BATCH_EVENT_ATTEMPT_ENDED + 1)) - 2);
}

static struct batch_event travelled(const struct batch_event *event, uint64_t *words)
{
    struct batch_event decoded;
    size_t used = 0;
    size_t needed = batch_event_encode(event, words, WORDS_MAX);
    t_assert_u64(batch_event_decode(words, needed, &decoded, &used, NULL), BATCH_OK);
    return decoded;
}

static void event_keeps_its_fields_when_it_travels(void **state)
{
    (void)state;
    struct batch_event events[32];
    uint64_t words[WORDS_MAX];
    make_events(events);
    struct batch_event pool = travelled(&events[2], words);
    assert_true(pool.as.pool.market == BATCH_MARKET_SPOT && pool.as.pool.is_refusing);
    t_assert_u64(pool.as.pool.zone, 3);
    t_assert_u64(pool.as.pool.capacity.vcpu_milli, UINT32_MAX);
    t_assert_i64(pool.as.pool.price_usd_nano_per_h, INT64_MAX);
    t_assert_u64(pool.as.pool.capacity_score, 1000);
    struct batch_event environment = travelled(&events[4], words);
    t_assert_u64(environment.as.environment.placement_policy, 7);
    t_assert_u64(environment.as.environment.bid_percentage, 5);
    assert_memory_equal(environment.as.environment.pools, pools, sizeof pools);
    struct batch_event queue = travelled(&events[6], words);
    assert_memory_equal(&queue.as.queue, &events[6].as.queue, sizeof queue.as.queue);
    struct batch_event registered = travelled(&events[7], words);
    const struct batch_retry_rule *rules = registered.as.definition.rules;
    t_assert_u64(rules[1].on_reason.length, 8);
    assert_memory_equal(rules[1].on_reason.bytes, "exactly8", 8);
    assert_null(rules[1].on_status_reason.bytes);
    assert_non_null(rules[2].on_reason.bytes);
    struct batch_event ended = travelled(&events[18], words);
    t_assert_i64(ended.as.attempt.exit_code, BATCH_EXIT_CODE_NONE);
    t_assert_i64(ended.as.attempt.occurred_us, 6);
    assert_memory_equal(ended.as.attempt.reason.bytes, "OutOfMemoryError", 16);
    struct batch_event gone = travelled(&events[15], words);
    t_assert_u64(gone.as.instance.gone, BATCH_GONE_FAILED);
}

static uint32_t make_commands(struct batch_command *commands)
{
    const struct batch_command made[] = {
        {.kind = BATCH_COMMAND_WAKE, .as.wake_us = INT64_MAX},
        {.kind = BATCH_COMMAND_LAUNCH_INSTANCE, .as.launch = {UINT64_MAX, 2, 3}},
        {.kind = BATCH_COMMAND_TERMINATE_INSTANCE, .as.terminate = {7}},
        {.kind = BATCH_COMMAND_START_ATTEMPT, .as.start = {1, {2, -1, -1, 3}, 4, 5, {6, 7, 8}, 9, 10, 11}},
        {.kind = BATCH_COMMAND_STOP_ATTEMPT, .as.stop = {1, 2, 30000000}},
        {.kind = BATCH_COMMAND_JOB_CHANGED,
         .as.job_changed = {1,
                            {2, 0, 1, 3},
                            4,
                            BATCH_JOB_RUNNING,
                            BATCH_JOB_FAILED,
                            BATCH_REASON_TIMEOUT,
                            BATCH_EXIT_CODE_NONE,
                            5,
                            6,
                            -1}},
        {.kind = BATCH_COMMAND_NOTICE, .as.notice = {1, 2, BATCH_REASON_MAX_RESOURCE}},
    };
    memcpy(commands, made, sizeof made);
    return sizeof made / sizeof made[0];
}

static void command_comes_back_when_it_is_encoded(void **state)
{
    (void)state;
    struct batch_command commands[8];
    uint32_t count = make_commands(commands);
    t_assert_u64(count, BATCH_COMMAND_NOTICE);
    for (uint32_t i = 0; i < count; i++) {
        uint64_t words[BATCH_COMMAND_WORDS_MAX];
        uint64_t again[BATCH_COMMAND_WORDS_MAX];
        struct batch_command decoded;
        size_t used = 0;
        commands[i].time_us = 1000 + i;
        size_t needed = batch_command_encode(&commands[i], words, BATCH_COMMAND_WORDS_MAX);
        assert_true(needed <= BATCH_COMMAND_WORDS_MAX);
        t_assert_u64(batch_command_encode(&commands[i], NULL, 0), needed);
        t_assert_u64(batch_command_decode(words, needed, &decoded, &used, NULL), BATCH_OK);
        t_assert_u64(used, needed);
        t_assert_u64(batch_command_encode(&decoded, again, BATCH_COMMAND_WORDS_MAX), needed);
        assert_memory_equal(again, words, needed * sizeof words[0]);
    }
    uint64_t words[BATCH_COMMAND_WORDS_MAX];
    struct batch_command decoded;
    size_t used = 0;
    size_t needed = batch_command_encode(&commands[5], words, BATCH_COMMAND_WORDS_MAX);
    t_assert_u64(batch_command_decode(words, needed, &decoded, &used, NULL), BATCH_OK);
    const struct batch_command_job_changed *changed = &decoded.as.job_changed;
    assert_true(changed->from == BATCH_JOB_RUNNING && changed->to == BATCH_JOB_FAILED);
    assert_true(changed->reason == BATCH_REASON_TIMEOUT && changed->exit_code == BATCH_EXIT_CODE_NONE);
    t_assert_i64(changed->task.node_index, 1);
    t_assert_i64(changed->occurred_us, -1);
}

/** Either refused, or what was decoded encodes to exactly the words it took. */
static bool event_is_canonical(const uint64_t *words, size_t count)
{
    struct batch_event decoded;
    struct batch_error error = {.text = ""};
    size_t used = 0;
    uint64_t again[WORDS_MAX];
    if (batch_event_decode(words, count, &decoded, &used, &error) != BATCH_OK) {
        t_assert_u64(error.rc, BATCH_E_INPUT);
        return false;
    }
    t_assert_u64(batch_event_encode(&decoded, again, WORDS_MAX), used);
    assert_memory_equal(again, words, used * sizeof again[0]);
    return true;
}

static void event_is_refused_when_it_is_cut_or_not_canonical(void **state)
{
    (void)state;
    struct batch_event events[32];
    uint32_t count = make_events(events);
    uint64_t random = 11;
    uint32_t refused = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t words[WORDS_MAX] = {0};
        size_t needed = batch_event_encode(&events[i], words, WORDS_MAX);
        for (size_t cut = 0; cut < needed; cut++) {
            assert_false(event_is_canonical(words, cut));
        }
        words[0] += 1 << 8; /* one word more than it needs */
        assert_false(event_is_canonical(words, needed + 1));
        words[0] -= 1 << 8;
        for (uint32_t k = 0; k < 2000; k++) {
            size_t at = t_random_below(&random, (uint32_t)needed);
            uint64_t was = words[at];
            words[at] ^= UINT64_C(1) << t_random_below(&random, 64);
            refused += !event_is_canonical(words, needed);
            words[at] = was;
        }
    }
    assert_true(refused > 5000);
}

static void event_is_refused_when_padding_or_an_unused_field_is_set(void **state)
{
    (void)state;
    struct batch_event time = {.kind = BATCH_EVENT_TIME};
    uint64_t words[WORDS_MAX] = {0};
    size_t needed = batch_event_encode(&time, words, WORDS_MAX);
    words[0] |= UINT64_C(1) << 40;
    assert_false(event_is_canonical(words, needed));
    struct batch_event stop = {.kind = BATCH_EVENT_JOB_CANCELLED, .as.stop = {1, text("abc")}};
    needed = batch_event_encode(&stop, words, WORDS_MAX);
    assert_true(event_is_canonical(words, needed));
    words[needed - 1] |= UINT64_C(1) << 60;
    assert_false(event_is_canonical(words, needed));
    words[0] = 18 | 2 << 8;
    assert_false(event_is_canonical(words, 2));
    words[0] = 0;
    assert_false(event_is_canonical(words, 2));
}

static void command_is_refused_when_it_is_not_canonical(void **state)
{
    (void)state;
    struct batch_command commands[8];
    uint32_t count = make_commands(commands);
    uint64_t random = 5;
    uint32_t refused = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t words[BATCH_COMMAND_WORDS_MAX + 1] = {0};
        size_t needed = batch_command_encode(&commands[i], words, BATCH_COMMAND_WORDS_MAX);
        for (uint32_t k = 0; k < 2000; k++) {
            uint64_t damaged[BATCH_COMMAND_WORDS_MAX + 1];
            uint64_t again[BATCH_COMMAND_WORDS_MAX];
            struct batch_command decoded;
            size_t used = 0;
            memcpy(damaged, words, sizeof words);
            damaged[t_random_below(&random, (uint32_t)needed)] ^= UINT64_C(1) << t_random_below(&random, 64);
            if (batch_command_decode(damaged, needed, &decoded, &used, NULL) != BATCH_OK) {
                refused++;
                continue;
            }
            t_assert_u64(batch_command_encode(&decoded, again, BATCH_COMMAND_WORDS_MAX), used);
            assert_memory_equal(again, damaged, used * sizeof again[0]);
        }
        struct batch_command decoded;
        size_t used = 0;
        for (size_t cut = 0; cut < needed; cut++) {
            t_assert_u64(batch_command_decode(words, cut, &decoded, &used, NULL), BATCH_E_INPUT);
        }
    }
    assert_true(refused > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(event_comes_back_when_it_is_encoded),
        cmocka_unit_test(event_keeps_its_fields_when_it_travels),
        cmocka_unit_test(command_comes_back_when_it_is_encoded),
        cmocka_unit_test(event_is_refused_when_it_is_cut_or_not_canonical),
        cmocka_unit_test(event_is_refused_when_padding_or_an_unused_field_is_set),
        cmocka_unit_test(command_is_refused_when_it_is_not_canonical),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

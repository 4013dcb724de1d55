/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The simulated world with random scenarios: every event verified, every job ended once, equal runs equal.
 */
#include "sim/world.h"
#include "tests/support/t_core.h"

#include "scheduler/codec.h"
#include "scheduler/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEEDS = 60, JOBS_MAX = 160, POOLS_MAX = 8, SETUP_MAX = POOLS_MAX + 6 };

struct plan {
    uint64_t seed;
    uint32_t jobs;
    struct batch_submission submissions[JOBS_MAX];
    struct batch_event setup[SETUP_MAX];
    uint32_t setup_count;
    uint32_t pools[2][POOLS_MAX];
    uint32_t next; /**< Of the source. */
};

struct tally {
    uint64_t stream; /**< Digest of everything the observer was told, in order. */
    uint32_t submitted, ended[JOBS_MAX + 1];
    uint32_t succeeded, failed, timed_out, interruptions, launched, gone, retried;
    int64_t now_us;
};

static enum batch_source_result next_job(void *context, struct batch_submission *submission, struct batch_error *error)
{
    struct plan *plan = context;
    (void)error;
    if (plan->next == plan->jobs) {
        return BATCH_SOURCE_END;
    }
    *submission = plan->submissions[plan->next++];
    return BATCH_SOURCE_JOB;
}

static void destroy_nothing(void *context)
{
    (void)context;
}

static enum batch_rc on_submitted(void *context, uint64_t job, const struct batch_submission *submission,
                                  struct batch_error *error)
{
    struct tally *tally = context;
    (void)error;
    t_assert_u64(job, ++tally->submitted);
    tally->stream = batch_digest_mix(tally->stream, (const uint64_t[]){job, (uint64_t)submission->submit_us}, 2);
    return BATCH_OK;
}

static enum batch_rc on_event(void *context, const struct batch_event *event, struct batch_error *error)
{
    struct tally *tally = context;
    uint64_t words[512];
    (void)error;
    size_t count = batch_event_encode(event, words, 512);
    assert_true(count <= 512 && event->time_us >= tally->now_us);
    tally->now_us = event->time_us;
    tally->stream = batch_digest_mix(tally->stream, words, count);
    tally->gone += event->kind == BATCH_EVENT_INSTANCE_GONE;
    tally->interruptions +=
        event->kind == BATCH_EVENT_INSTANCE_GONE && event->as.instance.gone == BATCH_GONE_INTERRUPTED;
    return BATCH_OK;
}

static enum batch_rc on_command(void *context, const struct batch_command *command, struct batch_error *error)
{
    struct tally *tally = context;
    uint64_t words[BATCH_COMMAND_WORDS_MAX];
    (void)error;
    tally->stream =
        batch_digest_mix(tally->stream, words, batch_command_encode(command, words, BATCH_COMMAND_WORDS_MAX));
    tally->launched += command->kind == BATCH_COMMAND_LAUNCH_INSTANCE;
    if (command->kind == BATCH_COMMAND_JOB_CHANGED) {
        const struct batch_command_job_changed *changed = &command->as.job_changed;
        tally->succeeded += changed->to == BATCH_JOB_SUCCEEDED;
        tally->failed += changed->to == BATCH_JOB_FAILED;
        tally->timed_out += changed->reason == BATCH_REASON_TIMEOUT;
        tally->retried += changed->to == BATCH_JOB_RUNNABLE && changed->from > BATCH_JOB_RUNNABLE;
        tally->ended[changed->task.job] += changed->to >= BATCH_JOB_SUCCEEDED;
        assert_true(changed->occurred_us <= command->time_us);
    }
    return BATCH_OK;
}

static const struct cloud_catalog *catalog(void)
{
    static struct cloud_catalog *loaded = NULL;
    struct batch_error error = {.text = ""};
    const char *source = getenv("BATCHLAB_SOURCE");
    if (loaded == NULL) {
        char path[4096];
        (void)snprintf(path, sizeof path, "%s/data/catalog.csv", source != NULL ? source : ".");
        if (cloud_catalog_load(path, &loaded, &error) != BATCH_OK) {
            fail_msg("%s", error.text);
        }
    }
    return loaded;
}

static void plan_pools(struct plan *plan, uint64_t *random)
{
    static const char *const types[] = {"c6i.large", "c6i.xlarge", "m6i.2xlarge", "r6i.xlarge"};
    for (uint32_t i = 0; i < POOLS_MAX; i++) {
        int32_t type = cloud_catalog_find(catalog(), types[i % 4]);
        assert_true(type >= 0);
        const struct cloud_type *known = cloud_catalog_type(catalog(), (uint32_t)type);
        enum batch_market market = i < 4 ? BATCH_MARKET_SPOT : BATCH_MARKET_ON_DEMAND;
        plan->pools[market][i % 4] = i;
        plan->setup[plan->setup_count++] =
            (struct batch_event){.kind = BATCH_EVENT_POOL_CHANGED,
                                 .as.pool = {.pool = i,
                                             .type = (uint32_t)type,
                                             .market = market,
                                             .capacity = {known->vcpus * 1000, known->registered_mib, known->gpus},
                                             .price_usd_nano_per_h = known->on_demand_usd_nano_per_h / 3,
                                             .on_demand_usd_nano_per_h = known->on_demand_usd_nano_per_h,
                                             .capacity_score = t_random_below(random, 1001)}};
    }
}

static void plan_setup(struct plan *plan, uint64_t *random, uint32_t attempts)
{
    plan_pools(plan, random);
    for (uint32_t i = 0; i < 2; i++) {
        enum batch_market market = i == 0 ? BATCH_MARKET_SPOT : BATCH_MARKET_ON_DEMAND;
        const char *strategy = i == 0 ? "SPOT_PRICE_CAPACITY_OPTIMIZED" : "BEST_FIT_PROGRESSIVE";
        struct batch_environment_created environment =
            t_core_environment_preset(strategy, 8 + t_random_below(random, 60));
        environment.environment = i;
        environment.market = market;
        environment.vcpu_min = t_random_below(random, 3) == 0 ? t_random_below(random, 5) : 0;
        environment.placement_policy = t_random_below(random, batch_placement_policy_count);
        environment.pools = plan->pools[market];
        environment.pool_count = 4;
        plan->setup[plan->setup_count++] =
            (struct batch_event){.kind = BATCH_EVENT_ENVIRONMENT_CREATED, .as.environment = environment};
    }
    for (uint32_t i = 0; i < 2; i++) {
        plan->setup[plan->setup_count++] = (struct batch_event){
            .kind = BATCH_EVENT_QUEUE_CREATED,
            .as.queue = {.queue = i, .priority = i, .environment_count = 2 - i, .environments = {i, 1}}};
    }
    plan->setup[plan->setup_count++] =
        (struct batch_event){.kind = BATCH_EVENT_DEFINITION_REGISTERED,
                             .as.definition = {.resources = {1000, 1024, 0},
                                               .attempts = attempts,
                                               .timeout_us = t_random_below(random, 2) * INT64_C(900000000)}};
    assert_true(plan->setup_count <= SETUP_MAX);
}

static void plan_make(struct plan *plan, uint64_t seed)
{
    uint64_t random = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
    int64_t submit_us = 0;
    memset(plan, 0, sizeof *plan);
    plan->seed = seed;
    plan_setup(plan, &random, 1 + t_random_below(&random, 10));
    plan->jobs = 1 + t_random_below(&random, JOBS_MAX - 1);
    for (uint32_t i = 0; i < plan->jobs; i++) {
        uint32_t vcpus = 1 + t_random_below(&random, 4);
        submit_us += t_random_below(&random, 4) == 0 ? 0 : t_random_below(&random, 300000000);
        plan->submissions[i] = (struct batch_submission){
            .submit_us = submit_us,
            .job = {.queue = t_random_below(&random, 2),
                    .resources = {vcpus * 1000, vcpus * 900, 0},
                    .estimate_us = -1},
            .truth = {.run_us = t_random_below(&random, 1500000000), .exit_code = t_random_below(&random, 8) == 0}};
    }
}

static struct sim_options options_of(struct plan *plan, struct tally *tally, const struct batch_host *host)
{
    const struct cloud_distribution minute = {CLOUD_FAMILY_EXPONENTIAL, 60, 0, 1};
    const struct cloud_distribution second = {CLOUD_FAMILY_UNIFORM, 0, 2, 1};
    return (struct sim_options){
        .host = host,
        .configuration = batch_configuration_preset(),
        .delays = {.scale_decision = second,
                   .launch = minute,
                   .boot = minute,
                   .terminate = second,
                   .container_start = second,
                   .container_stop = second,
                   .spot_launch_factor = 1.5},
        .spot = {.model = CLOUD_SPOT_EXPONENTIAL, .mean_h = 0.3, .notice_us = INT64_C(120000000)},
        .seed = plan->seed,
        .catalog = catalog(),
        .setup = plan->setup,
        .setup_count = plan->setup_count,
        .source = {.context = plan, .next = next_job, .destroy = destroy_nothing},
        .observer = {.context = tally, .on_submitted = on_submitted, .on_event = on_event, .on_command = on_command},
        .verifies = true,
    };
}

/** Runs in pieces of @p events_max events. */
static struct sim_status run(const struct sim_options *options, uint64_t events_max)
{
    struct sim_world *world = NULL;
    struct batch_error error = {.text = ""};
    struct sim_status status = {.is_done = false};
    if (sim_world_create(options, &world, &error) != BATCH_OK) {
        fail_msg("%s", error.text);
    }
    for (uint32_t pieces = 0; !status.is_done; pieces++) {
        assert_true(pieces < 200000);
        if (sim_world_run(world, events_max, &status, &error) != BATCH_OK) {
            fail_msg("%s", error.text);
        }
    }
    sim_world_destroy(world);
    return status;
}

static struct sim_status run_plan(struct plan *plan, uint64_t seed, struct tally *tally, uint64_t events_max)
{
    struct t_host host;
    t_host_init(&host);
    *tally = (struct tally){.now_us = 0};
    plan->next = 0;
    struct sim_options options = options_of(plan, tally, &host.host);
    options.seed = seed;
    struct sim_status status = run(&options, events_max);
    t_host_assert_clean(&host);
    return status;
}

static void world_ends_every_job_once_when_its_scenario_is_random(void **state)
{
    (void)state;
    static struct plan plan;
    static struct tally tally;
    uint32_t interruptions = 0;
    uint32_t timed_out = 0;
    uint32_t retried = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        plan_make(&plan, seed);
        struct sim_status status = run_plan(&plan, seed, &tally, UINT64_MAX);

        t_assert_u64(tally.submitted, plan.jobs);
        for (uint32_t job = 1; job <= plan.jobs; job++) {
            t_assert_u64(tally.ended[job], 1);
        }
        t_assert_u64(tally.succeeded, status.counts.succeeded);
        t_assert_u64(tally.failed, status.counts.failed);
        t_assert_u64(tally.gone, tally.launched);
        t_assert_u64(status.counts.instances, 0);
        t_assert_u64(status.counts.decisions_refused, 0);
        interruptions += tally.interruptions;
        timed_out += tally.timed_out;
        retried += tally.retried;
    }
    assert_true(interruptions > SEEDS && timed_out > SEEDS && retried > SEEDS); /* the scenarios are not tame */
}

static void world_is_the_same_when_it_is_run_twice_or_in_pieces(void **state)
{
    (void)state;
    static struct plan plan;
    static struct tally first;
    static struct tally second;
    for (uint64_t seed = 1; seed <= 10; seed++) {
        plan_make(&plan, seed);
        struct sim_status a = run_plan(&plan, seed, &first, UINT64_MAX);
        struct sim_status b = run_plan(&plan, seed, &second, 7);
        t_assert_u64(a.digest, b.digest);
        t_assert_u64(a.events, b.events);
        t_assert_u64(first.stream, second.stream);
        struct sim_status c = run_plan(&plan, seed + 1000, &second, UINT64_MAX);
        assert_true(a.digest != c.digest && first.stream != second.stream);
    }
}

static void world_ends_when_a_job_can_never_run(void **state)
{
    (void)state;
    static struct plan plan;
    static struct tally tally;
    plan_make(&plan, 3);
    plan.jobs = 3;
    plan.submissions[1].job.resources = (struct batch_resources){999000, 1, 0};
    for (uint32_t i = 0; i < 3; i++) {
        plan.submissions[i].job.queue = 0;
        plan.submissions[i].truth.run_us = 5000000;
    }
    struct sim_status status = run_plan(&plan, 3, &tally, UINT64_MAX);
    t_assert_u64(tally.ended[1], 1);
    t_assert_u64(tally.ended[2] + tally.ended[3], 0);
    t_assert_u64(status.counts.runnable, 2);
    t_assert_u64(status.counts.instances, 0);
}

static void world_stops_containers_when_their_time_is_up(void **state)
{
    (void)state;
    static struct plan plan;
    static struct tally tally;
    struct t_host host;
    t_host_init(&host);
    plan_make(&plan, 4);
    plan.jobs = 1;
    plan.setup[plan.setup_count - 1].as.definition.timeout_us = INT64_C(100000000);
    plan.submissions[0].truth.run_us = INT64_C(10000000000);
    tally = (struct tally){.now_us = 0};
    struct sim_options options = options_of(&plan, &tally, &host.host);
    options.spot.model = CLOUD_SPOT_NEVER;
    struct sim_status status = run(&options, UINT64_MAX);
    t_assert_u64(tally.timed_out, 1);
    t_assert_u64(status.counts.failed, 1);
    t_assert_u64(status.counts.retried, 0);
    t_host_assert_clean(&host);
}

static void world_says_so_when_time_runs_out(void **state)
{
    (void)state;
    static struct plan plan;
    static struct tally tally;
    struct t_host host;
    struct sim_world *world = NULL;
    struct sim_status status;
    struct batch_error error = {.text = ""};
    t_host_init(&host);
    plan_make(&plan, 4);
    plan.jobs = 1;
    plan.setup[plan.setup_count - 1].as.definition.timeout_us = 0;
    plan.submissions[0].truth.run_us = INT64_MAX;
    tally = (struct tally){.now_us = 0};
    struct sim_options options = options_of(&plan, &tally, &host.host);
    options.spot.model = CLOUD_SPOT_NEVER;
    t_assert_u64(sim_world_create(&options, &world, &error), BATCH_OK);
    t_assert_u64(sim_world_run(world, UINT64_MAX, &status, &error), BATCH_E_INPUT);
    t_assert_contains(error.text, "end of time");
    sim_world_destroy(world);
    t_host_assert_clean(&host);
}

static void world_leaks_nothing_when_memory_is_refused(void **state)
{
    (void)state;
    static struct plan plan;
    static struct tally tally;
    uint32_t refusals = 0;
    plan_make(&plan, 5);
    for (uint64_t nth = 1;; nth++) {
        struct t_host host;
        struct sim_world *world = NULL;
        struct sim_status status = {.is_done = false};
        struct batch_error error = {.text = ""};
        t_host_init(&host);
        host.refuse_from = nth;
        plan.next = 0;
        tally = (struct tally){.now_us = 0};
        struct sim_options options = options_of(&plan, &tally, &host.host);
        options.verifies = false;
        enum batch_rc rc = sim_world_create(&options, &world, &error);
        rc = rc == BATCH_OK ? sim_world_run(world, UINT64_MAX, &status, &error) : rc;
        sim_world_destroy(world);
        t_host_assert_clean(&host);
        if (rc == BATCH_OK) {
            break;
        }
        t_assert_u64(rc, BATCH_E_MEMORY);
        refusals++;
    }
    assert_true(refusals > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(world_ends_every_job_once_when_its_scenario_is_random),
        cmocka_unit_test(world_is_the_same_when_it_is_run_twice_or_in_pieces),
        cmocka_unit_test(world_ends_when_a_job_can_never_run),
        cmocka_unit_test(world_stops_containers_when_their_time_is_up),
        cmocka_unit_test(world_says_so_when_time_runs_out),
        cmocka_unit_test(world_leaks_nothing_when_memory_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

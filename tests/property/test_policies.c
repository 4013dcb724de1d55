/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Every row of every policy table in small random worlds: legal facts in random order, then a time without faults.
 *
 * Only commands are believed: a model outside the core follows them and knows what must never happen.
 */
#include "tests/support/t_core.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SEEDS = 60,
    STEPS = 500,
    JOBS_MAX = 48,
    INSTANCES_MAX = 4096,
    ATTEMPTS_MAX = 4096,
    POOLS_MAX = 6,
    ENVIRONMENTS_MAX = 3,
    QUEUES_MAX = 3,
    PATIENCE = 20000,
};

enum instance_state { LAUNCHING = 1, BOOTING = 2, READY = 3, GONE = 4 };

struct model_instance {
    enum instance_state state;
    uint32_t pool, environment, attempts;
    struct batch_resources used;
    bool is_leaving, is_terminating;
};

struct model_attempt {
    uint64_t job, instance;
    struct batch_resources need;
    bool is_live, is_running;
};

struct policies {
    uint32_t dispatch, placement, strategy;
};

struct world {
    struct t_core t;
    uint64_t random;
    bool reloads; /**< Replace the core by its own snapshot now and then. */
    struct batch_pool_changed pools[POOLS_MAX];
    uint32_t pool_count;
    struct batch_environment_created environments[ENVIRONMENTS_MAX];
    uint32_t environment_pools[ENVIRONMENTS_MAX][POOLS_MAX];
    uint64_t environment_vcpus[ENVIRONMENTS_MAX];
    uint32_t environment_count;
    struct batch_queue_created queues[QUEUES_MAX];
    uint32_t queue_count;
    enum batch_job_state jobs[JOBS_MAX + 1];
    uint32_t job_attempts[JOBS_MAX + 1];
    uint32_t job_count, ended;
    struct model_instance instances[INSTANCES_MAX];
    uint32_t instance_count;
    struct model_attempt attempts[ATTEMPTS_MAX];
    uint32_t attempt_count;
    enum batch_misfit misfit;
};

static uint32_t below(struct world *w, uint32_t bound)
{
    return t_random_below(&w->random, bound);
}

static uint32_t vcpus_of(const struct world *w, uint32_t pool)
{
    return w->pools[pool].capacity.vcpu_milli / 1000;
}

static bool overshoots(const struct batch_environment_created *environment)
{
    return environment->market == BATCH_MARKET_SPOT ||
           batch_allocation_strategies[environment->allocation_strategy]->allows_overshoot_on_demand;
}

static bool transition_is_legal(enum batch_job_state from, enum batch_job_state to)
{
    static const unsigned legal[] = {
        [BATCH_JOB_SUBMITTED] = 1U << BATCH_JOB_RUNNABLE | 1U << BATCH_JOB_FAILED,
        [BATCH_JOB_RUNNABLE] = 1U << BATCH_JOB_STARTING | 1U << BATCH_JOB_FAILED,
        [BATCH_JOB_STARTING] = 1U << BATCH_JOB_RUNNING | 1U << BATCH_JOB_RUNNABLE | 1U << BATCH_JOB_FAILED,
        [BATCH_JOB_RUNNING] = 1U << BATCH_JOB_SUCCEEDED | 1U << BATCH_JOB_RUNNABLE | 1U << BATCH_JOB_FAILED,
        [BATCH_JOB_FAILED] = 0,
    };
    return from <= BATCH_JOB_RUNNING && (legal[from] >> to & 1) != 0;
}

static void attempt_leave(struct world *w, uint64_t number)
{
    struct model_attempt *attempt = &w->attempts[number];
    struct model_instance *instance = &w->instances[attempt->instance];
    assert_true(attempt->is_live);
    attempt->is_live = false;
    instance->attempts--;
    instance->used.vcpu_milli -= attempt->need.vcpu_milli;
    instance->used.mib -= attempt->need.mib;
}

static void on_changed(struct world *w, const struct batch_command_job_changed *changed)
{
    uint64_t job = changed->task.job;
    assert_true(job >= 1 && job <= w->job_count);
    t_assert_u64(changed->from, w->jobs[job]);
    assert_true(transition_is_legal(changed->from, changed->to));
    t_assert_u64(changed->tag, job * 3);
    w->jobs[job] = changed->to;
    w->ended += changed->to >= BATCH_JOB_SUCCEEDED;
    if (changed->from >= BATCH_JOB_STARTING && changed->to != BATCH_JOB_RUNNING) {
        attempt_leave(w, changed->attempt);
    }
    if (changed->to == BATCH_JOB_STARTING) {
        w->job_attempts[job]++;
        t_assert_u64(changed->task.attempt, w->job_attempts[job]);
        assert_true(w->job_attempts[job] <= 3);
    }
}

static void on_start(struct world *w, const struct batch_command_start *start)
{
    struct model_instance *instance = &w->instances[start->instance];
    const struct batch_resources *capacity = &w->pools[instance->pool].capacity;
    t_assert_u64(start->attempt, ++w->attempt_count);
    assert_true(w->attempt_count < ATTEMPTS_MAX);
    t_assert_u64(w->jobs[start->task.job], BATCH_JOB_STARTING);
    assert_true(instance->state == READY && !instance->is_leaving && !instance->is_terminating);
    instance->attempts++;
    instance->used.vcpu_milli += start->resources.vcpu_milli;
    instance->used.mib += start->resources.mib;
    assert_true(instance->used.vcpu_milli <= capacity->vcpu_milli && instance->used.mib <= capacity->mib);
    w->attempts[w->attempt_count] = (struct model_attempt){
        .job = start->task.job, .instance = start->instance, .need = start->resources, .is_live = true};
}

static void on_launch(struct world *w, const struct batch_command_launch *launch)
{
    const struct batch_environment_created *environment = &w->environments[launch->environment];
    uint64_t vcpus = w->environment_vcpus[launch->environment];
    uint32_t more = vcpus_of(w, launch->pool);
    bool is_member = false;
    t_assert_u64(launch->instance, ++w->instance_count);
    assert_true(w->instance_count < INSTANCES_MAX);
    for (uint32_t i = 0; i < environment->pool_count; i++) {
        is_member = is_member || w->environment_pools[launch->environment][i] == launch->pool;
    }
    assert_true(is_member && !w->pools[launch->pool].is_refusing);
    assert_true(overshoots(environment) ? vcpus < environment->vcpu_max : vcpus + more <= environment->vcpu_max);
    w->environment_vcpus[launch->environment] += more;
    w->instances[launch->instance] =
        (struct model_instance){.state = LAUNCHING, .pool = launch->pool, .environment = launch->environment};
}

static void on_terminate(struct world *w, uint64_t number)
{
    struct model_instance *instance = &w->instances[number];
    assert_true(instance->state == READY && instance->attempts == 0 && !instance->is_leaving);
    instance->is_leaving = true;
    instance->is_terminating = true;
    w->environment_vcpus[instance->environment] -= vcpus_of(w, instance->pool);
    assert_true(w->environment_vcpus[instance->environment] >= w->environments[instance->environment].vcpu_min);
}

static void follow(struct world *w)
{
    for (uint32_t i = 0; i < w->t.log_count; i++) {
        const struct batch_command *command = &w->t.log[i];
        t_assert_i64(command->time_us, w->t.now_us);
        switch (command->kind) {
        case BATCH_COMMAND_LAUNCH_INSTANCE:
            on_launch(w, &command->as.launch);
            break;
        case BATCH_COMMAND_TERMINATE_INSTANCE:
            on_terminate(w, command->as.terminate.instance);
            break;
        case BATCH_COMMAND_START_ATTEMPT:
            on_start(w, &command->as.start);
            break;
        case BATCH_COMMAND_JOB_CHANGED:
            on_changed(w, &command->as.job_changed);
            break;
        case BATCH_COMMAND_STOP_ATTEMPT:
            assert_true(w->attempts[command->as.stop.attempt].is_live);
            break;
        case BATCH_COMMAND_NOTICE:
            assert_true(w->misfit == BATCH_MISFIT_BLOCK);
            break;
        case BATCH_COMMAND_WAKE:
        case BATCH_COMMAND_NONE:
            break;
        }
    }
    t_core_forget(&w->t);
}

static void tell(struct world *w, struct batch_event event)
{
    t_core_tell(&w->t, event);
    follow(w);
}

static void reload(struct world *w)
{
    unsigned char *bytes = NULL;
    size_t size = 0;
    struct batch_core *loaded = NULL;
    t_assert_u64(batch_core_save(w->t.core, &bytes, &size, &w->t.error), BATCH_OK);
    if (batch_core_load(&w->t.host.host, bytes, size, &loaded, &w->t.error) != BATCH_OK) {
        fail_msg("%s", w->t.error.text);
    }
    (void)w->t.host.host.resize(w->t.host.host.context, bytes, size, 0);
    batch_core_destroy(w->t.core);
    w->t.core = loaded;
}

static void make_pools(struct world *w)
{
    static const uint32_t sizes[] = {2, 4, 8, 16};
    w->pool_count = 2 + below(w, POOLS_MAX - 1);
    for (uint32_t i = 0; i < w->pool_count; i++) {
        uint32_t vcpus = sizes[below(w, 4)];
        w->pools[i] = (struct batch_pool_changed){.pool = i,
                                                  .type = i,
                                                  .market = (enum batch_market)(i % 2),
                                                  .capacity = {vcpus * 1000, vcpus * 2000, 0},
                                                  .price_usd_nano_per_h = 1000 * vcpus + below(w, 3000),
                                                  .on_demand_usd_nano_per_h = 1000000,
                                                  .capacity_score = below(w, 1001)};
        tell(w, (struct batch_event){.kind = BATCH_EVENT_POOL_CHANGED, .as.pool = w->pools[i]});
    }
}

static void make_environment(struct world *w, uint32_t number, const struct policies *policies)
{
    struct batch_environment_created *environment = &w->environments[number];
    uint32_t *pools = w->environment_pools[number];
    uint32_t strategy = number == 0 ? policies->strategy : below(w, batch_allocation_strategy_count);
    bool is_spot = batch_allocation_strategies[strategy]->is_spot_only || below(w, 2) == 0;
    uint32_t least = below(w, 3) == 0 ? 1 + below(w, 10) : 0;
    *environment = (struct batch_environment_created){
        .environment = number,
        .market = is_spot ? BATCH_MARKET_SPOT : BATCH_MARKET_ON_DEMAND,
        .vcpu_min = least,
        .vcpu_desired = below(w, 2) * below(w, 17),
        /* what minvCpus keeps must leave room for the greatest instance, or a queue may rightly wait for ever */
        .vcpu_max = least + 32 + below(w, 40),
        .bid_percentage = 1 + below(w, 100),
        .allocation_strategy = strategy,
        .placement_policy = policies->placement,
        .scale_in_delay_us = below(w, 400) * INT64_C(1000000),
        .pools = pools,
    };
    for (uint32_t i = 0; i < w->pool_count; i++) {
        if (w->pools[i].market == environment->market) {
            pools[environment->pool_count++] = i;
        }
    }
    tell(w, (struct batch_event){.kind = BATCH_EVENT_ENVIRONMENT_CREATED, .as.environment = *environment});
}

static void make_queues(struct world *w, const struct policies *policies)
{
    w->queue_count = 1 + below(w, QUEUES_MAX);
    for (uint32_t i = 0; i < w->queue_count; i++) {
        struct batch_queue_created *queue = &w->queues[i];
        uint32_t first = i == 0 ? 0 : below(w, w->environment_count);
        *queue = (struct batch_queue_created){.queue = i,
                                              .priority = below(w, 3),
                                              .dispatch_policy = policies->dispatch,
                                              .environment_count = 1 + below(w, w->environment_count)};
        for (uint32_t k = 0; k < queue->environment_count; k++) {
            queue->environments[k] = (first + k) % w->environment_count;
        }
        tell(w, (struct batch_event){.kind = BATCH_EVENT_QUEUE_CREATED, .as.queue = *queue});
    }
}

static void world_begin(struct world *w, uint64_t seed, const struct policies *policies, bool reloads)
{
    static const int64_t periods_us[3][2] = {{0, 0}, {5000000, 60000000}, {1000000, 7000000}};
    memset(w, 0, sizeof *w);
    w->random = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
    w->reloads = reloads;
    struct batch_configuration configuration = batch_configuration_preset();
    const int64_t *periods = periods_us[below(w, 3)];
    configuration.place_period_us = periods[0];
    configuration.scale_period_us = periods[1];
    w->misfit = (enum batch_misfit)below(w, 2);
    configuration.misfit = w->misfit;
    struct batch_limits limits = {.commands = below(w, 2) == 0 ? 16 : 0};
    t_core_begin(&w->t, &limits, &configuration);
    make_pools(w);
    w->environment_count = 1 + below(w, ENVIRONMENTS_MAX);
    for (uint32_t i = 0; i < w->environment_count; i++) {
        make_environment(w, i, policies);
    }
    make_queues(w, policies);
    struct batch_event definition = {.kind = BATCH_EVENT_DEFINITION_REGISTERED,
                                     .as.definition = {.resources = {1000, 512, 0},
                                                       .attempts = 3,
                                                       .timeout_us = below(w, 2) * INT64_C(90000000),
                                                       .rule_count = 1}};
    definition.as.definition.rules[0] =
        (struct batch_retry_rule){.on_exit_code = {.bytes = "13", .length = 2}, .action = BATCH_RETRY_EXIT};
    tell(w, definition);
}

static bool job_fits(const struct world *w, uint32_t queue, uint32_t vcpus)
{
    for (uint32_t k = 0; k < w->queues[queue].environment_count; k++) {
        const struct batch_environment_created *environment = &w->environments[w->queues[queue].environments[k]];
        for (uint32_t i = 0; i < environment->pool_count; i++) {
            if (vcpus_of(w, environment->pools[i]) >= vcpus) {
                return true;
            }
        }
    }
    return false;
}

static void submit(struct world *w)
{
    if (w->job_count == JOBS_MAX) {
        return;
    }
    uint32_t queue = below(w, w->queue_count);
    uint32_t vcpus = 1 + below(w, 8);
    while (w->misfit == BATCH_MISFIT_BLOCK && !job_fits(w, queue, vcpus)) {
        vcpus--;
    }
    w->jobs[++w->job_count] = BATCH_JOB_SUBMITTED;
    tell(w, (struct batch_event){.kind = BATCH_EVENT_JOB_SUBMITTED,
                                 .as.submission = {.tag = w->job_count * UINT64_C(3),
                                                   .queue = queue,
                                                   .resources = {vcpus * 1000, vcpus * 1000, 0},
                                                   .estimate_us = -1}});
}

static void instance_tell(struct world *w, enum batch_event_kind kind, uint32_t number, enum batch_gone gone)
{
    struct model_instance *instance = &w->instances[number];
    struct batch_event event = {.kind = kind,
                                .as.instance = {.instance = number,
                                                .registered = w->pools[instance->pool].capacity,
                                                .gone = gone,
                                                .deadline_us = w->t.now_us + 120000000}};
    instance->is_leaving = instance->is_leaving || kind == BATCH_EVENT_INSTANCE_NOTICE;
    if (kind == BATCH_EVENT_INSTANCE_GONE || kind == BATCH_EVENT_INSTANCE_LAUNCH_FAILED) {
        if (!instance->is_terminating) {
            w->environment_vcpus[instance->environment] -= vcpus_of(w, instance->pool);
        }
        instance->state = GONE;
    } else if (kind != BATCH_EVENT_INSTANCE_NOTICE) {
        instance->state = kind == BATCH_EVENT_INSTANCE_RUNNING ? BOOTING : READY;
    }
    tell(w, event);
    if (instance->state == GONE) {
        t_assert_u64(instance->attempts, 0);
    }
}

/** One step in an instance's life; with @p has_faults it may go wrong. */
static void instance_move(struct world *w, uint32_t number, bool has_faults)
{
    struct model_instance *instance = &w->instances[number];
    uint32_t dice = has_faults ? below(w, 20) : 19;
    if (instance->state == GONE) {
        return;
    }
    if (instance->is_terminating) {
        instance_tell(w, BATCH_EVENT_INSTANCE_GONE, number, BATCH_GONE_TERMINATED);
    } else if (dice == 0) {
        instance_tell(w, BATCH_EVENT_INSTANCE_GONE, number, BATCH_GONE_FAILED);
    } else if (dice < 3 || (instance->is_leaving && !has_faults)) {
        enum batch_event_kind kind = instance->is_leaving ? BATCH_EVENT_INSTANCE_GONE : BATCH_EVENT_INSTANCE_NOTICE;
        instance_tell(w, kind, number, BATCH_GONE_INTERRUPTED);
    } else if (instance->state == LAUNCHING) {
        enum batch_event_kind kind = dice < 7 ? BATCH_EVENT_INSTANCE_LAUNCH_FAILED : BATCH_EVENT_INSTANCE_RUNNING;
        instance_tell(w, kind, number, BATCH_GONE_TERMINATED);
    } else if (instance->state == BOOTING) {
        instance_tell(w, BATCH_EVENT_INSTANCE_REGISTERED, number, BATCH_GONE_TERMINATED);
    }
}

static void attempt_move(struct world *w, uint32_t number, bool has_faults)
{
    static const int32_t codes[] = {0, 0, 0, 0, 1, 13, 255, BATCH_EXIT_CODE_NONE};
    struct model_attempt *attempt = &w->attempts[number];
    struct batch_event event = {.kind = BATCH_EVENT_ATTEMPT_STARTED,
                                .as.attempt = {.attempt = number, .occurred_us = w->t.now_us}};
    if (!attempt->is_live) {
        return;
    }
    if (attempt->is_running) {
        event.kind = BATCH_EVENT_ATTEMPT_ENDED;
        event.as.attempt.exit_code = has_faults ? codes[below(w, 8)] : 0;
    } else if (has_faults && below(w, 8) == 0) {
        event.kind = BATCH_EVENT_ATTEMPT_START_FAILED;
        event.as.attempt.reason = (struct batch_text){"CannotPullContainer", 19};
    }
    attempt->is_running = true;
    tell(w, event);
}

static void pool_change(struct world *w, bool has_faults)
{
    struct batch_pool_changed *pool = &w->pools[below(w, w->pool_count)];
    pool->is_refusing = has_faults && below(w, 2) == 0;
    pool->price_usd_nano_per_h = has_faults ? 1 + below(w, 1500000) : 1;
    pool->capacity_score = below(w, 1001);
    tell(w, (struct batch_event){.kind = BATCH_EVENT_POOL_CHANGED, .as.pool = *pool});
}

static void wait_some(struct world *w)
{
    int64_t step_us = below(w, 3) == 0 ? below(w, 400) * INT64_C(1000000) : below(w, 9000000);
    bool is_to_wake = below(w, 2) == 0 && w->t.wake_us != INT64_MAX && w->t.wake_us > w->t.now_us;
    w->t.now_us = is_to_wake ? w->t.wake_us : w->t.now_us + step_us;
    tell(w, (struct batch_event){.kind = BATCH_EVENT_TIME});
    tell(w, (struct batch_event){.kind = BATCH_EVENT_DECIDE});
}

static void stop_one(struct world *w, enum batch_event_kind kind)
{
    if (w->job_count > 0) {
        tell(w, (struct batch_event){.kind = kind, .as.stop = {.job = 1 + below(w, w->job_count)}});
    }
}

static void tell_nonsense(struct world *w)
{
    uint64_t attempt = w->attempt_count + 1 + below(w, 3);
    t_assert_u64(t_core_try_attempt(&w->t, BATCH_EVENT_ATTEMPT_ENDED, attempt, 0), BATCH_E_STATE);
    t_assert_u64(t_core_try_instance(&w->t, BATCH_EVENT_INSTANCE_GONE, w->instance_count + 1), BATCH_E_STATE);
    t_assert_u64(t_core_stop(&w->t, BATCH_EVENT_JOB_TERMINATED, w->job_count + 1), BATCH_E_STATE);
}

static void step_at_random(struct world *w)
{
    uint32_t dice = below(w, 40);
    if (dice < 6) {
        submit(w);
    } else if (dice < 18) {
        wait_some(w);
    } else if (dice < 26) {
        if (w->instance_count > 0) {
            instance_move(w, 1 + below(w, w->instance_count), true);
        }
    } else if (dice < 36) {
        if (w->attempt_count > 0) {
            attempt_move(w, 1 + below(w, w->attempt_count), true);
        }
    } else if (dice == 36) {
        stop_one(w, BATCH_EVENT_JOB_CANCELLED);
    } else if (dice == 37) {
        stop_one(w, BATCH_EVENT_JOB_TERMINATED);
    } else if (dice == 38) {
        pool_change(w, true);
    } else {
        tell_nonsense(w);
    }
}

/** No more faults: everything that can move does, and in the end every job has ended. */
static void world_finish(struct world *w)
{
    for (uint32_t i = 0; i < w->pool_count; i++) {
        w->pools[i].is_refusing = false;
        w->pools[i].price_usd_nano_per_h = 1;
        tell(w, (struct batch_event){.kind = BATCH_EVENT_POOL_CHANGED, .as.pool = w->pools[i]});
    }
    for (uint32_t patience = 0; w->ended < w->job_count; patience++) {
        if (patience == PATIENCE) {
            fail_msg("%u of %u jobs have not ended", w->job_count - w->ended, w->job_count);
        }
        for (uint32_t i = 1; i <= w->instance_count; i++) {
            instance_move(w, i, false);
        }
        for (uint32_t i = 1; i <= w->attempt_count; i++) {
            attempt_move(w, i, false);
        }
        if (w->t.wake_us == INT64_MAX && w->ended < w->job_count) {
            struct batch_core_counts counts = batch_core_count(w->t.core);
            assert_true(counts.starting + counts.running > 0 || patience < 10);
        }
        w->t.now_us = w->t.wake_us == INT64_MAX || w->t.wake_us < w->t.now_us ? w->t.now_us + 1000000 : w->t.wake_us;
        tell(w, (struct batch_event){.kind = BATCH_EVENT_DECIDE});
    }
}

static uint64_t world_run(uint64_t seed, const struct policies *policies, bool reloads)
{
    struct world *w = malloc(sizeof *w);
    assert_non_null(w);
    world_begin(w, seed, policies, reloads);
    for (uint32_t i = 0; i < STEPS; i++) {
        step_at_random(w);
        if (reloads && i % 37 == 0) {
            reload(w);
        }
    }
    world_finish(w);
    struct batch_core_counts counts = batch_core_count(w->t.core);
    t_assert_u64(counts.decisions_refused, 0);
    t_assert_u64(counts.succeeded + counts.failed, w->job_count);
    uint64_t digest = batch_core_digest(w->t.core);
    t_core_end(&w->t);
    free(w);
    return digest;
}

/** Printed when the test stops: cmocka leaves a failing test by a jump. */
static struct {
    uint64_t seed;
    struct policies policies;
} current;

static void policies_run(const struct policies *policies, uint64_t seeds)
{
    for (uint64_t seed = 1; seed <= seeds; seed++) {
        current.seed = seed;
        current.policies = *policies;
        uint64_t digest = world_run(seed, policies, false);
        t_assert_u64(world_run(seed, policies, true), digest);
    }
}

static int explain(void **state)
{
    (void)state;
    print_message("last: seed %llu, dispatch %s, placement %s, allocation %s\n", (unsigned long long)current.seed,
                  batch_dispatch_policies[current.policies.dispatch]->name,
                  batch_placement_policies[current.policies.placement]->name,
                  batch_allocation_strategies[current.policies.strategy]->name);
    return 0;
}

static void policies_keep_every_promise_when_the_world_is_random(void **state)
{
    (void)state;
    for (uint32_t dispatch = 0; dispatch < batch_dispatch_policy_count; dispatch++) {
        for (uint32_t placement = 0; placement < batch_placement_policy_count; placement++) {
            for (uint32_t strategy = 0; strategy < batch_allocation_strategy_count; strategy++) {
                policies_run(&(struct policies){dispatch, placement, strategy}, SEEDS);
            }
        }
    }
}

static void policies_differ_when_the_seed_differs(void **state)
{
    (void)state;
    const struct policies policies = {0};
    assert_true(world_run(1, &policies, false) != world_run(2, &policies, false));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(policies_keep_every_promise_when_the_world_is_random, explain),
        cmocka_unit_test(policies_differ_when_the_seed_differs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

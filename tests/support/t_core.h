/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * A scheduler core under test: short words for facts, a log of the commands, verify after every step.
 */
#ifndef BATCH_TESTS_SUPPORT_T_CORE_H
#define BATCH_TESTS_SUPPORT_T_CORE_H

#include "scheduler/core.h"
#include "scheduler/policy.h"
#include "tests/support/t_assert.h"
#include "tests/support/t_host.h"

enum { T_CORE_LOG_MAX = 8192 };

struct t_core {
    struct t_host host;
    struct batch_core *core;
    struct batch_error error;
    int64_t now_us;  /**< Facts are told at this time. */
    int64_t wake_us; /**< The last wake-up asked for. */
    struct batch_command *log;
    uint32_t log_count;
    uint32_t pools, environments, queues, definitions;
    enum batch_market markets[16]; /**< Of the pools. */
    bool drains;                   /**< Commands are drained into the log after each step. */
};

/** Both periods 0, 30 s grace, 60 s launch retry. */
struct batch_configuration t_core_configuration(void);

/** @p configuration NULL: t_core_configuration. */
void t_core_begin(struct t_core *t, const struct batch_limits *limits, const struct batch_configuration *configuration);
/** Destroys and fails on a leak. */
void t_core_end(struct t_core *t);

/** One fact at now; verifies and drains. A failure is returned, and must have changed nothing that can be seen. */
enum batch_rc t_core_try(struct t_core *t, struct batch_event event);
/** As t_core_try, but it must succeed. */
void t_core_tell(struct t_core *t, struct batch_event event);
void t_core_drain(struct t_core *t);

/** Pool of @p vcpus with 2048 MiB each at @p price (nano-dollars an hour, also on demand); its number. */
uint32_t t_core_pool(struct t_core *t, enum batch_market market, uint32_t vcpus, int64_t price);
/** An environment to be changed before t_core_environment: all pools given, no minimum, best fit, 300 s delay. */
struct batch_environment_created t_core_environment_preset(const char *strategy, uint32_t vcpu_max);
/** Create it with @p pools, in the market of the first; its number. */
uint32_t t_core_environment(struct t_core *t, struct batch_environment_created environment, const uint32_t *pools,
                            uint32_t pool_count);
uint32_t t_core_queue(struct t_core *t, uint32_t priority, const uint32_t *environments, uint32_t count);
/** One vCPU, 1024 MiB, @p attempts, no rules. */
uint32_t t_core_definition(struct t_core *t, uint32_t attempts, int64_t timeout_us);
/** Submit a job of definition 0 with @p vcpus and 1024 MiB for each (0: the definition's); its number. */
uint64_t t_core_submit(struct t_core *t, uint32_t queue, uint32_t vcpus);

/** Decide at now until the core no longer asks to be woken now. */
void t_core_settle(struct t_core *t);
/** Follow the wake-ups up to @p until_us, which is then now. */
void t_core_pass_time(struct t_core *t, int64_t until_us);

enum batch_rc t_core_try_instance(struct t_core *t, enum batch_event_kind kind, uint64_t instance);
/** RUNNING and REGISTERED with @p vcpus of 2048 MiB each. */
void t_core_register(struct t_core *t, uint64_t instance, uint32_t vcpus);
enum batch_rc t_core_try_attempt(struct t_core *t, enum batch_event_kind kind, uint64_t attempt, int32_t exit_code);
void t_core_attempt(struct t_core *t, enum batch_event_kind kind, uint64_t attempt, int32_t exit_code);
enum batch_rc t_core_stop(struct t_core *t, enum batch_event_kind kind, uint64_t job);

/** How many commands of @p kind the log holds. */
uint32_t t_core_number(const struct t_core *t, enum batch_command_kind kind);
/** The @p nth (from 0) of them; fails the test when there is none. */
const struct batch_command *t_core_command(const struct t_core *t, enum batch_command_kind kind, uint32_t nth);
/** The last state told of @p job, NONE when nothing was. */
enum batch_job_state t_core_state(const struct t_core *t, uint64_t job);
const struct batch_command_job_changed *t_core_last_change(const struct t_core *t, uint64_t job);
/** Forget the log. */
void t_core_forget(struct t_core *t);

/** xorshift64*: small, local, the same everywhere. */
uint64_t t_random(uint64_t *state);
uint32_t t_random_below(uint64_t *state, uint32_t bound);

#endif

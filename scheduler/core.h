/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The scheduler core: a state machine fed with events, drained of commands.
 *
 * It has no clock, no threads, no randomness and does no I/O. Same configuration and same events give the
 * same commands, byte for byte. Facts never start anything: only BATCH_EVENT_DECIDE runs the passes that are
 * due. A driver loops: step(fact) ..., drain commands; when the armed wake time is reached: step(TIME),
 * step(DECIDE), drain.
 */
#ifndef BATCH_SCHEDULER_CORE_H
#define BATCH_SCHEDULER_CORE_H

#include "scheduler/command.h"
#include "scheduler/error.h"
#include "scheduler/event.h"
#include "scheduler/host.h"

/** Largest numbers of live things; arenas double up to them. 0 takes the preset in brackets. */
struct batch_limits {
    uint32_t jobs;         /**< Live (not ended) jobs [16,777,216]. */
    uint32_t attempts;     /**< Live attempts [16,777,216]. */
    uint32_t instances;    /**< Live instances [1,048,576]. */
    uint32_t pools;        /**< [65,536] */
    uint32_t environments; /**< [65,536] */
    uint32_t queues;       /**< [65,536] */
    uint32_t definitions;  /**< [65,536] */
    uint32_t classes;      /**< Distinct (vCPU, MiB, GPU) requests [65,536]. */
    uint32_t commands;     /**< Commands waiting to be drained [1,048,576]; at least 16. */
    uint64_t submissions;  /**< Jobs in the whole run [2^33]. */
};

/** What the core does with a job that no allowed instance type can hold. */
enum batch_misfit {
    BATCH_MISFIT_BLOCK = 0, /**< As AWS: it waits at the head of its queue for ever. */
    BATCH_MISFIT_FAIL = 1,  /**< Fail it at once with AWS's reason. */
};

/** The named model parameters of the core (docs/model.md). */
struct batch_configuration {
    int64_t place_period_us; /**< Placing cycle; 0: at once, at each decide. Reference 5.6 proposes 5 s. */
    int64_t scale_period_us; /**< Scaling cycle; 0: at once. Reference 5.6 proposes 60 s. */
    int64_t stop_grace_us;   /**< SIGTERM to SIGKILL (reference 1.7: 30 s). */
    int64_t launch_retry_us; /**< How long a pool that failed a launch is passed over. */
    enum batch_misfit misfit;
};

/** The proposals of the reference: 5 s, 60 s, 30 s, 60 s, block. */
struct batch_configuration batch_configuration_preset(void);

struct batch_core;

/**
 * @param limits  Borrowed for the call; NULL: all presets.
 * @param ret     Set on success only; owned by the caller, freed with batch_core_destroy.
 * @return BATCH_OK, BATCH_E_INPUT (a configuration value out of range), BATCH_E_MEMORY.
 */
enum batch_rc batch_core_create(const struct batch_host *host, const struct batch_limits *limits,
                                const struct batch_configuration *configuration, struct batch_core **ret,
                                struct batch_error *error);

/** Free everything; NULL is legal. */
void batch_core_destroy(struct batch_core *core);

/**
 * Apply one fact. All or nothing: on failure neither state, commands nor digest have changed.
 *
 * @param event  Borrowed for the call, with every text and array it points to.
 * @return BATCH_OK, BATCH_E_INPUT (a value out of range or an unknown number), BATCH_E_STATE (cannot be true
 *         now; also a second `gone`), BATCH_E_LIMIT, BATCH_E_MEMORY.
 * Cost: O(log n) in jobs and instances for facts; `gone` in the attempts it ends; `decide` in what it starts,
 * plus the request classes that wait.
 */
enum batch_rc batch_core_step(struct batch_core *core, const struct batch_event *event, struct batch_error *error);

/** Take the oldest command; false when there is none. @p command is filled on true only. */
bool batch_core_next_command(struct batch_core *core, struct batch_command *command);

/** The running digest of every event applied and command issued so far. */
uint64_t batch_core_digest(const struct batch_core *core);

/** Re-count every invariant. BATCH_E_STATE names the first that is broken. O(everything). */
enum batch_rc batch_core_verify(const struct batch_core *core, struct batch_error *error);

/**
 * A snapshot: state, undrained commands and digest, little-endian, with a checksum.
 *
 * @param bytes  Set on success to a block from the host's resize of @p size bytes, owned by the caller.
 */
enum batch_rc batch_core_save(const struct batch_core *core, unsigned char **bytes, size_t *size,
                              struct batch_error *error);

/** Rebuild a core that behaves as the saved one from then on. Damaged or foreign bytes are BATCH_E_INPUT. */
enum batch_rc batch_core_load(const struct batch_host *host, const unsigned char *bytes, size_t size,
                              struct batch_core **ret, struct batch_error *error);

/** What a progress bar or a time series wants to know; all counts are of this instant. */
struct batch_core_counts {
    uint64_t submitted; /**< Since the start. */
    uint64_t succeeded;
    uint64_t failed;
    uint64_t retried; /**< Attempts that ended and were tried again. */
    uint32_t runnable;
    uint32_t starting;
    uint32_t running;
    uint32_t instances; /**< Launching to not yet gone. */
    uint64_t instance_vcpus;
    uint64_t decisions_refused; /**< A policy's decisions that the core checked and dropped. */
};
struct batch_core_counts batch_core_count(const struct batch_core *core);

#endif

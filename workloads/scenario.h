/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The scenario document: what the AWS CLI prints, plus `workload` and `world`, as plain structures.
 *
 * The loader checks shapes, ranges and references inside the document; what needs the catalogue (instance
 * types) is checked by whoever assembles the run. Members are spelt as in the document.
 */
#ifndef BATCH_WORKLOADS_SCENARIO_H
#define BATCH_WORKLOADS_SCENARIO_H

#include "scheduler/error.h"
#include "scheduler/types.h"

enum {
    WORKLOAD_NAME_MAX = 129,
    WORKLOAD_ENVIRONMENTS_MAX = 64,
    WORKLOAD_QUEUES_MAX = 64,
    WORKLOAD_DEFINITIONS_MAX = 1024,
    WORKLOAD_TYPES_MAX = 256,
    WORKLOAD_ROUTES_MAX = 1024,
};

/** Families of distributions; cloud_family has the same numbers. */
enum workload_family {
    WORKLOAD_FAMILY_CONSTANT = 0,
    WORKLOAD_FAMILY_UNIFORM = 1,
    WORKLOAD_FAMILY_EXPONENTIAL = 2,
    WORKLOAD_FAMILY_LOGNORMAL = 3,
    WORKLOAD_FAMILY_GAMMA = 4,
    WORKLOAD_FAMILY_WEIBULL = 5,
};

/** Parameters as in cloud/distribution.h, in seconds. */
struct workload_distribution {
    enum workload_family family;
    double a;
    double b;
};

/** computeEnvironments[]: MANAGED, EC2 or SPOT. */
struct workload_environment {
    char name[WORKLOAD_NAME_MAX];
    enum batch_market market;
    uint32_t vcpu_min;
    uint32_t vcpu_desired;
    uint32_t vcpu_max;
    uint32_t bid_percentage;      /**< 100 when absent. */
    char allocation_strategy[64]; /**< "BEST_FIT" when absent, as AWS. Known to batch_allocation_strategies. */
    int64_t scale_in_delay_us;    /**< scalingPolicy.minScaleDownDelayMinutes, else world.scheduler's. */
    char **instance_types;        /**< Owned. Words as written. */
    uint32_t instance_type_count;
    uint32_t line; /**< In the document; 0: from --set. */
};

/** jobQueues[] */
struct workload_queue {
    char name[WORKLOAD_NAME_MAX];
    uint32_t priority;
    uint32_t environments[BATCH_QUEUE_ENVIRONMENTS_MAX]; /**< Indices into environments, in order. */
    uint32_t environment_count;
    uint32_t line;
};

enum { WORKLOAD_PATTERN_MAX = 513 };
struct workload_retry_rule {
    bool has_on_status_reason, has_on_reason, has_on_exit_code;
    char on_status_reason[WORKLOAD_PATTERN_MAX];
    char on_reason[WORKLOAD_PATTERN_MAX];
    char on_exit_code[WORKLOAD_PATTERN_MAX];
    bool is_exit; /**< action EXIT, else RETRY. */
};

/** jobDefinitions[]: type container. */
struct workload_definition {
    char name[WORKLOAD_NAME_MAX];
    struct batch_resources resources;
    uint32_t attempts;
    int64_t timeout_us; /**< 0: none. */
    struct workload_retry_rule rules[BATCH_RETRY_RULES_MAX];
    uint32_t rule_count;
    uint32_t line;
};

enum workload_kind {
    WORKLOAD_TRACE = 0,
    WORKLOAD_LUBLIN = 1,
    WORKLOAD_POISSON = 2,
};

enum workload_memory_rule {
    WORKLOAD_MEMORY_PER_PROCESSOR = 0, /**< mib_per_processor x processors. */
    WORKLOAD_MEMORY_REQUESTED = 1,     /**< SWF field 10 (KB per processor) where given, else per processor. */
};

enum workload_wide_rule {
    WORKLOAD_WIDE_REJECT = 0, /**< The job is submitted and fails with AWS's reason. */
    WORKLOAD_WIDE_CLIP = 1,   /**< It asks for the most that one allowed instance gives; counted. */
};

/** Which published column of the Lublin-Feitelson model (JPDC 63(11), 2003) is used. */
enum workload_lublin_column {
    WORKLOAD_LUBLIN_BATCH = 0,
    WORKLOAD_LUBLIN_INTERACTIVE = 1,
    WORKLOAD_LUBLIN_TYPELESS = 2,
    WORKLOAD_LUBLIN_BOTH = 3, /**< Batch and interactive, each with its own arrivals. */
};

/** workload.jobQueue.byQueueNumber: where the jobs of one queue of the log go. */
struct workload_route {
    int64_t number; /**< SWF field 15; -1: none. */
    uint32_t queue; /**< Index. */
};

/** workload: where the jobs come from and what they ask for. */
struct workload_spec {
    enum workload_kind kind;
    /** TRACE: owned; as written when absolute or from --set, else relative to the document's folder. */
    char *path;
    char *path_written;                /**< TRACE: owned; what the document says, for the manifest. */
    uint64_t jobs_max;                 /**< Generators: how many; TRACE: 0 = all. */
    uint32_t queue;                    /**< Index: of the jobs whose queue number has no route. */
    bool refuses_unrouted;             /**< There is no such queue: a number without a route is an error. */
    struct workload_route *routes;     /**< Owned; ascending numbers, none twice. */
    uint32_t route_count;              /**< 0: all jobs go to `queue`. */
    uint32_t definition;               /**< Index. */
    uint32_t vcpu_milli_per_processor; /**< 1000 when absent. */
    enum workload_memory_rule memory_rule;
    uint32_t mib_per_processor; /**< 1792 when absent. */
    enum workload_wide_rule wide_rule;
    /* LUBLIN */
    enum workload_lublin_column lublin_column;
    uint32_t lublin_processors; /**< Of the machine; sizes go up to it. */
    double lublin_load_factor;  /**< Multiplies the arrival rate; 1 when absent. */
    /* POISSON */
    double poisson_rate_per_s;
    struct workload_distribution poisson_run;
    uint32_t poisson_processors; /**< Of each job. */
};

enum workload_spot_model {
    WORKLOAD_SPOT_NEVER = 0,
    WORKLOAD_SPOT_ADVISOR = 1,
    WORKLOAD_SPOT_EXPONENTIAL = 2,
};

/** world: everything that is not AWS's to say. Presets: docs/model.md. */
struct workload_world {
    bool has_seed;
    uint64_t seed;
    char **zones; /**< Owned; at least one. */
    uint32_t zone_count;
    struct workload_distribution scale_decision; /**< Launch command to RunInstances. */
    struct workload_distribution launch;         /**< RunInstances to running. */
    struct workload_distribution boot;           /**< Running to registered. */
    struct workload_distribution terminate;      /**< Terminate command to terminated. */
    struct workload_distribution container_start;
    struct workload_distribution container_stop;
    double spot_launch_factor;
    enum workload_spot_model spot_model;
    double spot_mean_h;
    int64_t spot_notice_us;
    int32_t spot_discount_percent; /**< Fixed discount; -1: the type's advisor saving. */
    int64_t place_period_us;
    int64_t scale_period_us;
    int64_t scale_in_delay_us;
    char placement_policy[64]; /**< Known to batch_placement_policies. */
    char dispatch_policy[64];  /**< Known to batch_dispatch_policies; for every queue. */
};

struct workload_scenario {
    char *name; /**< Owned; file name for messages and manifest. */
    struct workload_environment *environments;
    uint32_t environment_count;
    struct workload_queue *queues;
    uint32_t queue_count;
    struct workload_definition *definitions;
    uint32_t definition_count;
    struct workload_spec workload;
    struct workload_world world;
    char *canonical; /**< Owned; the whole effective document (after --set) as sorted, compact JSON. */
};

/**
 * Load a scenario document.
 *
 * @param sets       "path=value" overrides in order (one path grammar:
 *                   `computeEnvironments.NAME.computeResources.maxvCpus`), applied before checking.
 * @param set_count  0 is fine.
 * @param ret        Set on success only; freed with workload_scenario_destroy.
 * @return BATCH_E_INPUT names the file with line and key path (or the override), what was expected and the remedy;
 *         BATCH_E_USAGE: an override is not "path=value"; BATCH_E_MEMORY.
 */
enum batch_rc workload_scenario_load(const char *path, const char *const *sets, size_t set_count,
                                     struct workload_scenario **ret, struct batch_error *error);

/**
 * The same from memory. @p name stands for the file in messages, @p folder is where relative paths of the
 * document start ("": where the process stands).
 */
enum batch_rc workload_scenario_parse(const char *name, const char *folder, const char *bytes, size_t size,
                                      const char *const *sets, size_t set_count, struct workload_scenario **ret,
                                      struct batch_error *error);

/** Free everything; NULL is legal. */
void workload_scenario_destroy(struct workload_scenario *scenario);

#endif

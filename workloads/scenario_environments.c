/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * computeEnvironments[]: managed EC2 and SPOT environments (reference 5.1 to 5.7).
 */
#include "scheduler/policy.h"
#include "workloads/scenario_sections.h"

#include <stdio.h>
#include <string.h>

enum { TYPE_WORD_MAX = 63, STRATEGIES_MAX = 16, DELAY_MINUTES_MIN = 20, DELAY_MINUTES_MAX = 10080 };

static const char *const market_words[] = {"EC2", "SPOT", NULL};
static const enum batch_market markets[] = {BATCH_MARKET_ON_DEMAND, BATCH_MARKET_SPOT};

static void read_scaling_policy(const struct workload_node *resources, struct workload_environment *environment)
{
    static const struct workload_key keys[] = {{"minScaleDownDelayMinutes", WORKLOAD_KEY_READ}, {NULL, 0}};
    struct workload_node policy = workload_node_member(resources, "scalingPolicy");
    workload_node_check_keys(&policy, keys);
    struct workload_node delay = workload_node_member(&policy, "minScaleDownDelayMinutes");
    int64_t minutes = workload_node_integer_or(&delay, 0, DELAY_MINUTES_MAX, 0);
    if (minutes > 0 && minutes < DELAY_MINUTES_MIN) {
        workload_node_expect(&delay, "0 (not set) or a whole number of minutes from 20 to 10080");
    } else if (minutes > 0) {
        environment->scale_in_delay_us = minutes * 60 * BATCH_US_PER_S;
    }
}

static void read_vcpus(const struct workload_node *resources, struct workload_environment *environment)
{
    struct workload_node max = workload_node_member(resources, "maxvCpus");
    struct workload_node min = workload_node_member(resources, "minvCpus");
    struct workload_node desired = workload_node_member(resources, "desiredvCpus");
    environment->vcpu_max = (uint32_t)workload_node_integer(&max, 1, WORKLOAD_VCPUS_MAX);
    environment->vcpu_min = (uint32_t)workload_node_integer_or(&min, 0, WORKLOAD_VCPUS_MAX, 0);
    environment->vcpu_desired =
        (uint32_t)workload_node_integer_or(&desired, 0, WORKLOAD_VCPUS_MAX, environment->vcpu_min);
    if (environment->vcpu_min > environment->vcpu_max) {
        workload_node_fail(&min, "expected at most maxvCpus, which is %u; got %u", environment->vcpu_max,
                           environment->vcpu_min);
    }
    if (environment->vcpu_desired < environment->vcpu_min || environment->vcpu_desired > environment->vcpu_max) {
        workload_node_fail(&desired, "expected minvCpus to maxvCpus, which is %u to %u; got %u", environment->vcpu_min,
                           environment->vcpu_max, environment->vcpu_desired);
    }
}

static void fail_strategy(const struct workload_node *node, const char *name)
{
    static const char *const of_aws[] = {"BEST_FIT",
                                         "BEST_FIT_PROGRESSIVE",
                                         "BEST_FIT_PROGRESSIVE_ORDERED",
                                         "SPOT_CAPACITY_OPTIMIZED",
                                         "SPOT_PRICE_CAPACITY_OPTIMIZED",
                                         "SPOT_CAPACITY_OPTIMIZED_PRIORITIZED"};
    const char *known[STRATEGIES_MAX];
    size_t count = 0;
    for (uint32_t i = 0; i < batch_allocation_strategy_count && count < STRATEGIES_MAX; i++) {
        known[count++] = batch_allocation_strategies[i]->name;
    }
    char list[256];
    workload_words_join(known, count, list, sizeof(list));
    char got[128];
    workload_value_describe(node->value, got, sizeof(got));
    for (size_t i = 0; i < sizeof(of_aws) / sizeof(of_aws[0]); i++) {
        if (strcmp(of_aws[i], name) == 0) {
            workload_node_fail(node, "%s is not modelled by this version; use one of %s", got, list);
            return;
        }
    }
    workload_node_fail(node, "expected one of %s; got %s", list, got);
}

static void read_strategy(const struct workload_node *resources, struct workload_environment *environment)
{
    struct workload_node node = workload_node_member(resources, "allocationStrategy");
    workload_node_text_copy(&node, "BEST_FIT", environment->allocation_strategy,
                            sizeof(environment->allocation_strategy));
    if (node.reader->rc != BATCH_OK) {
        return;
    }
    int32_t index = batch_allocation_strategy_find(environment->allocation_strategy);
    if (index < 0) {
        fail_strategy(&node, environment->allocation_strategy);
    } else if (batch_allocation_strategies[index]->is_spot_only && environment->market != BATCH_MARKET_SPOT) {
        workload_node_fail(&node, "%s is for SPOT; this environment is EC2: use BEST_FIT or BEST_FIT_PROGRESSIVE",
                           environment->allocation_strategy);
    }
}

static void read_bid(const struct workload_node *resources, struct workload_environment *environment)
{
    struct workload_node bid = workload_node_member(resources, "bidPercentage");
    environment->bid_percentage = (uint32_t)workload_node_integer_or(&bid, 1, 100, 100);
    if (workload_node_given(&bid) && environment->market != BATCH_MARKET_SPOT) {
        workload_node_fail(&bid, "is for SPOT only; remove it from this EC2 environment");
    }
}

static void read_types(const struct workload_node *resources, struct workload_environment *environment)
{
    struct workload_node types = workload_node_member(resources, "instanceTypes");
    size_t count = workload_node_count(&types, 1, WORKLOAD_TYPES_MAX, "instance types, families or \"optimal\"");
    if (count == 0) {
        return;
    }
    environment->instance_types = workload_reader_allocate(types.reader, count, sizeof(char *));
    for (size_t i = 0; i < count && types.reader->rc == BATCH_OK; i++) {
        struct workload_node word = workload_node_element(&types, i);
        const char *text = workload_node_text(&word, TYPE_WORD_MAX);
        if (text[0] == '\0') {
            workload_node_expect(&word, "an instance type, a family or \"optimal\"");
        } else if ((environment->instance_types[i] = workload_reader_copy(types.reader, text)) != NULL) {
            environment->instance_type_count++;
        }
    }
}

static void read_resources(const struct workload_node *resources, struct workload_environment *environment)
{
    static const struct workload_key keys[] = {
        {"type", WORKLOAD_KEY_READ},
        {"allocationStrategy", WORKLOAD_KEY_READ},
        {"minvCpus", WORKLOAD_KEY_READ},
        {"maxvCpus", WORKLOAD_KEY_READ},
        {"desiredvCpus", WORKLOAD_KEY_READ},
        {"instanceTypes", WORKLOAD_KEY_READ},
        {"bidPercentage", WORKLOAD_KEY_READ},
        {"scalingPolicy", WORKLOAD_KEY_READ},
        {"subnets", WORKLOAD_KEY_IGNORED},
        {"securityGroupIds", WORKLOAD_KEY_IGNORED},
        {"instanceRole", WORKLOAD_KEY_IGNORED},
        {"tags", WORKLOAD_KEY_IGNORED},
        {"ec2KeyPair", WORKLOAD_KEY_IGNORED},
        {"imageId", WORKLOAD_KEY_IGNORED},
        {"placementGroup", WORKLOAD_KEY_IGNORED},
        {"launchTemplate", WORKLOAD_KEY_IGNORED},
        {"ec2Configuration", WORKLOAD_KEY_IGNORED},
        {"spotIamFleetRole", WORKLOAD_KEY_IGNORED},
        {NULL, 0},
    };
    static const char *const unmodelled[] = {"FARGATE", "FARGATE_SPOT", "ECS_MANAGED_INSTANCES", NULL};
    if (!workload_node_require(resources, "an object with type, maxvCpus and instanceTypes")) {
        return;
    }
    workload_node_check_keys(resources, keys);
    struct workload_node type = workload_node_member(resources, "type");
    environment->market = markets[workload_node_word(&type, market_words, unmodelled, -1)];
    read_vcpus(resources, environment);
    read_strategy(resources, environment);
    read_bid(resources, environment);
    read_types(resources, environment);
    read_scaling_policy(resources, environment);
}

static void read_environment(const struct workload_node *node, struct workload_environment *environment)
{
    static const struct workload_key keys[] = {
        {"computeEnvironmentName", WORKLOAD_KEY_READ},
        {"type", WORKLOAD_KEY_READ},
        {"state", WORKLOAD_KEY_READ},
        {"computeResources", WORKLOAD_KEY_READ},
        {"containerOrchestrationType", WORKLOAD_KEY_READ},
        {"computeEnvironmentArn", WORKLOAD_KEY_IGNORED},
        {"ecsClusterArn", WORKLOAD_KEY_IGNORED},
        {"tags", WORKLOAD_KEY_IGNORED},
        {"status", WORKLOAD_KEY_IGNORED},
        {"statusReason", WORKLOAD_KEY_IGNORED},
        {"serviceRole", WORKLOAD_KEY_IGNORED},
        {"updatePolicy", WORKLOAD_KEY_IGNORED},
        {"uuid", WORKLOAD_KEY_IGNORED},
        {"context", WORKLOAD_KEY_IGNORED},
        {"unmanagedvCpus", WORKLOAD_KEY_UNMODELLED},
        {"eksConfiguration", WORKLOAD_KEY_UNMODELLED},
        {NULL, 0},
    };
    static const char *const managed[] = {"MANAGED", NULL};
    static const char *const unmanaged[] = {"UNMANAGED", NULL};
    static const char *const enabled[] = {"ENABLED", NULL};
    static const char *const disabled[] = {"DISABLED", NULL};
    static const char *const ecs[] = {"ECS", NULL};
    static const char *const eks[] = {"EKS", NULL};
    workload_node_check_keys(node, keys);
    struct workload_node name = workload_node_member(node, "computeEnvironmentName");
    struct workload_node type = workload_node_member(node, "type");
    struct workload_node state = workload_node_member(node, "state");
    struct workload_node orchestration = workload_node_member(node, "containerOrchestrationType");
    struct workload_node resources = workload_node_member(node, "computeResources");
    workload_node_name(&name, environment->name);
    (void)workload_node_word(&type, managed, unmanaged, 0);
    (void)workload_node_word(&state, enabled, disabled, 0);
    (void)workload_node_word(&orchestration, ecs, eks, 0);
    read_resources(&resources, environment);
}

void workload_environments_read(const struct workload_node *node, struct workload_scenario *scenario)
{
    size_t count = workload_node_count(node, 1, WORKLOAD_ENVIRONMENTS_MAX, "compute environments");
    scenario->environments = workload_reader_allocate(node->reader, count, sizeof(*scenario->environments));
    for (size_t i = 0; i < count && node->reader->rc == BATCH_OK; i++) {
        struct workload_node element = workload_node_element(node, i);
        struct workload_environment *environment = &scenario->environments[i];
        environment->scale_in_delay_us = scenario->world.scale_in_delay_us;
        scenario->environment_count++;
        read_environment(&element, environment);
        for (size_t j = 0; j < i; j++) {
            struct workload_node name = workload_node_member(&element, "computeEnvironmentName");
            if (strcmp(scenario->environments[j].name, environment->name) == 0) {
                workload_node_fail(&name, "\"%s\" is the name of computeEnvironments[%zu] already; names differ",
                                   environment->name, j);
            }
        }
    }
}

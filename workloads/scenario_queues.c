/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * jobQueues[]: priority and up to three environments in order (reference 4.1, 4.2, 4.4).
 */
#include "workloads/scenario_sections.h"

#include <stdio.h>
#include <string.h>

/** One element of computeEnvironmentOrder. */
struct entry {
    int64_t order;
    uint32_t environment;
};

static struct entry read_entry(const struct workload_node *node, const struct workload_scenario *scenario)
{
    static const struct workload_key keys[] = {
        {"order", WORKLOAD_KEY_READ}, {"computeEnvironment", WORKLOAD_KEY_READ}, {NULL, 0}};
    workload_node_check_keys(node, keys);
    struct workload_node order = workload_node_member(node, "order");
    struct workload_node environment = workload_node_member(node, "computeEnvironment");
    return (struct entry){workload_node_integer(&order, 0, INT32_MAX),
                          workload_reference_environment(&environment, scenario)};
}

/** Insert by order; AWS tries them ascending however they are listed. */
static void insert_entry(const struct workload_node *node, struct entry *entries, size_t count, struct entry entry)
{
    size_t at = count;
    for (size_t i = 0; i < count; i++) {
        struct workload_node order = workload_node_member(node, "order");
        struct workload_node environment = workload_node_member(node, "computeEnvironment");
        if (entries[i].order == entry.order) {
            workload_node_fail(&order, "%lld is given twice; orders differ", (long long)entry.order);
        }
        if (entries[i].environment == entry.environment) {
            workload_node_fail(&environment, "is in this queue already; name each environment once");
        }
    }
    for (; at > 0 && entries[at - 1].order > entry.order; at--) {
        entries[at] = entries[at - 1];
    }
    entries[at] = entry;
}

static void read_order(const struct workload_node *node, const struct workload_scenario *scenario,
                       struct workload_queue *queue)
{
    struct entry entries[BATCH_QUEUE_ENVIRONMENTS_MAX];
    size_t count = workload_node_count(node, 1, BATCH_QUEUE_ENVIRONMENTS_MAX, "compute environments");
    for (size_t i = 0; i < count; i++) {
        struct workload_node element = workload_node_element(node, i);
        insert_entry(&element, entries, i, read_entry(&element, scenario));
    }
    for (size_t i = 0; i < count; i++) {
        queue->environments[i] = entries[i].environment;
    }
    queue->environment_count = (uint32_t)count;
}

static void read_queue(const struct workload_node *node, const struct workload_scenario *scenario,
                       struct workload_queue *queue)
{
    static const struct workload_key keys[] = {
        {"jobQueueName", WORKLOAD_KEY_READ},
        {"state", WORKLOAD_KEY_READ},
        {"priority", WORKLOAD_KEY_READ},
        {"computeEnvironmentOrder", WORKLOAD_KEY_READ},
        {"jobQueueType", WORKLOAD_KEY_READ},
        {"jobQueueArn", WORKLOAD_KEY_IGNORED},
        {"status", WORKLOAD_KEY_IGNORED},
        {"statusReason", WORKLOAD_KEY_IGNORED},
        {"tags", WORKLOAD_KEY_IGNORED},
        {"schedulingPolicyArn", WORKLOAD_KEY_UNMODELLED},
        {"serviceEnvironmentOrder", WORKLOAD_KEY_UNMODELLED},
        {"jobStateTimeLimitActions", WORKLOAD_KEY_UNMODELLED},
        {NULL, 0},
    };
    static const char *const enabled[] = {"ENABLED", NULL};
    static const char *const disabled[] = {"DISABLED", NULL};
    static const char *const ecs[] = {"ECS", NULL};
    static const char *const others[] = {"EKS", "ECS_FARGATE", "SAGEMAKER_TRAINING", NULL};
    workload_node_check_keys(node, keys);
    struct workload_node name = workload_node_member(node, "jobQueueName");
    struct workload_node state = workload_node_member(node, "state");
    struct workload_node type = workload_node_member(node, "jobQueueType");
    struct workload_node priority = workload_node_member(node, "priority");
    struct workload_node order = workload_node_member(node, "computeEnvironmentOrder");
    workload_node_name(&name, queue->name);
    (void)workload_node_word(&state, enabled, disabled, 0);
    (void)workload_node_word(&type, ecs, others, 0);
    queue->priority = (uint32_t)workload_node_integer(&priority, 0, 1000);
    read_order(&order, scenario, queue);
}

void workload_queues_read(const struct workload_node *node, struct workload_scenario *scenario)
{
    size_t count = workload_node_count(node, 1, WORKLOAD_QUEUES_MAX, "job queues");
    scenario->queues = workload_reader_allocate(node->reader, count, sizeof(*scenario->queues));
    for (size_t i = 0; i < count && node->reader->rc == BATCH_OK; i++) {
        struct workload_node element = workload_node_element(node, i);
        scenario->queue_count++;
        read_queue(&element, scenario, &scenario->queues[i]);
        for (size_t j = 0; j < i; j++) {
            struct workload_node name = workload_node_member(&element, "jobQueueName");
            if (strcmp(scenario->queues[j].name, scenario->queues[i].name) == 0) {
                workload_node_fail(&name, "\"%s\" is the name of jobQueues[%zu] already; names differ",
                                   scenario->queues[i].name, j);
            }
        }
    }
}

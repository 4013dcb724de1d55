/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * workload.jobQueue: one queue for all jobs, or `{"byQueueNumber": {"0": "interactive", "*": "batch"}}`.
 */
#include "workloads/scenario_sections.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char others[] = "*";

/** The one way to write each number, so that none can be given twice. */
static bool parse_number(const char *text, int64_t *number)
{
    if (strcmp(text, "-1") == 0) {
        *number = -1;
        return true;
    }
    size_t digits = strlen(text);
    if (digits == 0 || strspn(text, "0123456789") != digits || (text[0] == '0' && digits > 1)) {
        return false;
    }
    errno = 0;
    *number = strtoimax(text, NULL, 10);
    return errno == 0;
}

static void insert_route(struct workload_spec *spec, struct workload_route route)
{
    uint32_t at = spec->route_count++;
    for (; at > 0 && spec->routes[at - 1].number > route.number; at--) {
        spec->routes[at] = spec->routes[at - 1];
    }
    spec->routes[at] = route;
}

static void read_route(const struct workload_node *node, const struct workload_scenario *scenario,
                       struct workload_spec *spec)
{
    struct workload_route route = {0};
    if (strcmp(node->key, others) == 0) {
        spec->queue = workload_reference_queue(node, scenario);
        spec->refuses_unrouted = false;
        return;
    }
    if (!parse_number(node->key, &route.number)) {
        workload_node_fail(node, "expected a queue number (SWF field 15) such as \"0\" as the key, \"-1\" for none, or "
                                 "\"*\" for all others");
        return;
    }
    route.queue = workload_reference_queue(node, scenario);
    insert_route(spec, route);
}

static void read_routes(const struct workload_node *node, const struct workload_scenario *scenario,
                        struct workload_spec *spec)
{
    size_t count = json_object_size(node->value);
    if (count == 0 || count > WORKLOAD_ROUTES_MAX) {
        char expected[128];
        (void)snprintf(expected, sizeof(expected),
                       "an object of 1 to %d queue numbers, such as {\"0\": \"NAME\", \"*\": \"NAME\"}",
                       WORKLOAD_ROUTES_MAX);
        workload_node_expect(node, expected);
        return;
    }
    spec->routes = workload_reader_allocate(node->reader, count, sizeof(*spec->routes));
    spec->refuses_unrouted = true;
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach(node->value, key, value)
    {
        struct workload_node member = workload_node_member(node, key);
        if (node->reader->rc == BATCH_OK) {
            read_route(&member, scenario, spec);
        }
    }
}

void workload_routes_read(const struct workload_node *node, const struct workload_scenario *scenario,
                          struct workload_spec *spec)
{
    static const struct workload_key keys[] = {{"byQueueNumber", WORKLOAD_KEY_READ}, {NULL, 0}};
    if (!workload_node_given(node) || json_is_string(node->value)) {
        spec->queue = workload_reference_queue(node, scenario);
        return;
    }
    if (!json_is_object(node->value)) {
        workload_node_expect(node, "the name of a job queue, or an object with byQueueNumber");
        return;
    }
    workload_node_check_keys(node, keys);
    struct workload_node numbers = workload_node_member(node, "byQueueNumber");
    if (node->reader->rc == BATCH_OK) {
        read_routes(&numbers, scenario, spec);
    }
}

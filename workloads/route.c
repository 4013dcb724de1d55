/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Looking a queue number up in the routes of a workload.
 */
#include "workloads/route.h"

bool workload_route_find(const struct workload_spec *spec, int64_t number, uint32_t *queue)
{
    uint32_t low = 0;
    uint32_t high = spec->route_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (spec->routes[middle].number < number) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    bool is_routed = low < spec->route_count && spec->routes[low].number == number;
    *queue = is_routed ? spec->routes[low].queue : spec->queue;
    return is_routed || !spec->refuses_unrouted;
}

bool workload_route_feeds(const struct workload_spec *spec, uint32_t queue)
{
    bool feeds = !spec->refuses_unrouted && spec->queue == queue;
    for (uint32_t i = 0; i < spec->route_count; i++) {
        feeds = feeds || spec->routes[i].queue == queue;
    }
    return feeds;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * world: seed, zones, delays, Spot, and the scheduler's named parameters.
 *
 * Presets of the delays are fitted to published measurements (docs/model.md). The time from RUNNABLE to
 * RunInstances of an active environment was measured as lognormal(4.10, 0.50), median 60 s, which includes the
 * wait for the scaling cycle, 30 s in the mean. The simulated cycle makes jobs wait by itself, so
 * scaleDecision is the rest: lognormal(3.40, 0.50), the same sigma about a median of 30 s.
 */
#include "scheduler/policy.h"
#include "workloads/scenario_sections.h"

#include <string.h>

enum { ZONES_MAX = 16, ZONE_BYTES_MAX = 63, POLICIES_MAX = 64 };

static const double seconds_most = 1e9;
static const double day_s = 86400.0;

static const struct workload_distribution preset_scale_decision = {WORKLOAD_FAMILY_LOGNORMAL, 3.40, 0.50};
static const struct workload_distribution preset_launch = {WORKLOAD_FAMILY_LOGNORMAL, 2.3, 0.4};
static const struct workload_distribution preset_boot = {WORKLOAD_FAMILY_LOGNORMAL, 3.30, 0.48};
static const struct workload_distribution preset_terminate = {WORKLOAD_FAMILY_CONSTANT, 30.0, 0.0};
static const struct workload_distribution preset_container_start = {WORKLOAD_FAMILY_LOGNORMAL, 2.40, 0.40};
static const struct workload_distribution preset_container_stop = {WORKLOAD_FAMILY_LOGNORMAL, 1.1, 0.5};

static struct workload_distribution read_two(const struct workload_node *node, enum workload_family family,
                                             const char *first, const char *second)
{
    const struct workload_key keys[] = {{first, WORKLOAD_KEY_READ}, {second, WORKLOAD_KEY_READ}, {NULL, 0}};
    workload_node_check_keys(node, keys);
    struct workload_node a = workload_node_member(node, first);
    struct workload_node b = workload_node_member(node, second);
    struct workload_distribution distribution = {family, 0.0, 0.0};
    if (family == WORKLOAD_FAMILY_LOGNORMAL) {
        distribution.a = workload_node_number(&a, -20.0, 20.0);
        distribution.b = workload_node_number(&b, 0.0, 10.0);
    } else {
        distribution.a = workload_node_positive(&a, seconds_most);
        distribution.b = workload_node_positive(&b, seconds_most);
    }
    return distribution;
}

static struct workload_distribution read_uniform(const struct workload_node *node)
{
    struct workload_node low = workload_node_element(node, 0);
    struct workload_node high = workload_node_element(node, 1);
    struct workload_distribution distribution = {WORKLOAD_FAMILY_UNIFORM, 0.0, 0.0};
    if (workload_node_count(node, 2, 2, "numbers, [least, most]") != 2) {
        return distribution;
    }
    distribution.a = workload_node_number(&low, 0.0, seconds_most);
    distribution.b = workload_node_number(&high, 0.0, seconds_most);
    if (distribution.a > distribution.b) {
        workload_node_fail(node, "expected [least, most]; got [%.12g, %.12g]", distribution.a, distribution.b);
    }
    return distribution;
}

static struct workload_distribution read_family(const struct workload_node *node, enum workload_family family)
{
    switch (family) {
    case WORKLOAD_FAMILY_CONSTANT:
        return (struct workload_distribution){family, workload_node_number(node, 0.0, seconds_most), 0.0};
    case WORKLOAD_FAMILY_UNIFORM:
        return read_uniform(node);
    case WORKLOAD_FAMILY_EXPONENTIAL:
        return (struct workload_distribution){family, workload_node_positive(node, seconds_most), 0.0};
    case WORKLOAD_FAMILY_LOGNORMAL:
        return read_two(node, family, "mu", "sigma");
    case WORKLOAD_FAMILY_GAMMA:
        return read_two(node, family, "shape", "scale");
    case WORKLOAD_FAMILY_WEIBULL:
        return read_two(node, family, "scale", "shape");
    }
    return preset_terminate;
}

struct workload_distribution workload_distribution_read(const struct workload_node *node,
                                                        const struct workload_distribution *fallback)
{
    static const struct workload_key keys[] = {
        {"constant", WORKLOAD_KEY_READ},
        {"uniform", WORKLOAD_KEY_READ},
        {"exponential", WORKLOAD_KEY_READ},
        {"lognormal", WORKLOAD_KEY_READ},
        {"gamma", WORKLOAD_KEY_READ},
        {"weibull", WORKLOAD_KEY_READ},
        {NULL, 0},
    };
    if (!workload_node_given(node) && fallback != NULL) {
        return *fallback;
    }
    if (json_is_number(node->value)) {
        return read_family(node, WORKLOAD_FAMILY_CONSTANT);
    }
    struct workload_distribution constant = {WORKLOAD_FAMILY_CONSTANT, 0.0, 0.0};
    if (json_object_size(node->value) != 1) {
        workload_node_expect(node, "a number of seconds or an object of one member, constant, uniform, exponential, "
                                   "lognormal, gamma or weibull");
        return constant;
    }
    workload_node_check_keys(node, keys);
    for (int i = 0; keys[i].name != NULL; i++) {
        struct workload_node member = workload_node_member(node, keys[i].name);
        if (workload_node_given(&member)) {
            return read_family(&member, (enum workload_family)i);
        }
    }
    return constant;
}

/** The elements before @p index have been read, so they are strings. */
static bool is_repeated(const struct workload_node *array, size_t index, const char *text)
{
    for (size_t i = 0; i < index; i++) {
        if (strcmp(json_string_value(json_array_get(array->value, i)), text) == 0) {
            return true;
        }
    }
    return false;
}

static void read_zones(const struct workload_node *node, struct workload_world *world)
{
    size_t count = workload_node_given(node) ? workload_node_count(node, 1, ZONES_MAX, "zones") : 1;
    world->zones = workload_reader_allocate(node->reader, count, sizeof(char *));
    for (size_t i = 0; i < count && node->reader->rc == BATCH_OK; i++) {
        struct workload_node zone = workload_node_element(node, i);
        const char *text = workload_node_given(node) ? workload_node_text(&zone, ZONE_BYTES_MAX) : "us-east-1a";
        if (text[0] == '\0') {
            workload_node_expect(&zone, "the name of a zone");
        }
        if (is_repeated(node, i, text)) {
            workload_node_fail(&zone, "\"%s\" is there already; zones differ", text);
        }
        if (node->reader->rc == BATCH_OK && (world->zones[i] = workload_reader_copy(node->reader, text)) != NULL) {
            world->zone_count++;
        }
    }
}

static void read_delays(const struct workload_node *node, struct workload_world *world)
{
    static const struct workload_key keys[] = {
        {"scaleDecision", WORKLOAD_KEY_READ},
        {"launch", WORKLOAD_KEY_READ},
        {"boot", WORKLOAD_KEY_READ},
        {"terminate", WORKLOAD_KEY_READ},
        {"containerStart", WORKLOAD_KEY_READ},
        {"containerStop", WORKLOAD_KEY_READ},
        {"spotLaunchFactor", WORKLOAD_KEY_READ},
        {NULL, 0},
    };
    workload_node_check_keys(node, keys);
    struct workload_node decision = workload_node_member(node, "scaleDecision");
    struct workload_node launch = workload_node_member(node, "launch");
    struct workload_node boot = workload_node_member(node, "boot");
    struct workload_node terminate = workload_node_member(node, "terminate");
    struct workload_node start = workload_node_member(node, "containerStart");
    struct workload_node stop = workload_node_member(node, "containerStop");
    struct workload_node factor = workload_node_member(node, "spotLaunchFactor");
    world->scale_decision = workload_distribution_read(&decision, &preset_scale_decision);
    world->launch = workload_distribution_read(&launch, &preset_launch);
    world->boot = workload_distribution_read(&boot, &preset_boot);
    world->terminate = workload_distribution_read(&terminate, &preset_terminate);
    world->container_start = workload_distribution_read(&start, &preset_container_start);
    world->container_stop = workload_distribution_read(&stop, &preset_container_stop);
    world->spot_launch_factor = workload_node_given(&factor) ? workload_node_positive(&factor, 1000.0) : 1.3;
}

static void read_interruptions(const struct workload_node *node, struct workload_world *world)
{
    static const struct workload_key keys[] = {
        {"model", WORKLOAD_KEY_READ}, {"meanHours", WORKLOAD_KEY_READ}, {NULL, 0}};
    static const char *const models[] = {"never", "advisor", "exponential", NULL};
    workload_node_check_keys(node, keys);
    struct workload_node model = workload_node_member(node, "model");
    struct workload_node mean = workload_node_member(node, "meanHours");
    world->spot_model = (enum workload_spot_model)workload_node_word(&model, models, NULL, WORKLOAD_SPOT_ADVISOR);
    if (world->spot_model == WORKLOAD_SPOT_EXPONENTIAL) {
        world->spot_mean_h = workload_node_positive(&mean, 1e6);
    } else if (workload_node_given(&mean)) {
        workload_node_fail(&mean, "is for the model exponential only; this one is %s", models[world->spot_model]);
    }
}

static void read_spot(const struct workload_node *node, struct workload_world *world)
{
    static const struct workload_key keys[] = {{"interruptions", WORKLOAD_KEY_READ},
                                               {"noticeSeconds", WORKLOAD_KEY_READ},
                                               {"discountPercent", WORKLOAD_KEY_READ},
                                               {NULL, 0}};
    workload_node_check_keys(node, keys);
    struct workload_node interruptions = workload_node_member(node, "interruptions");
    struct workload_node notice = workload_node_member(node, "noticeSeconds");
    struct workload_node discount = workload_node_member(node, "discountPercent");
    read_interruptions(&interruptions, world);
    world->spot_notice_us = workload_node_seconds_us_or(&notice, day_s, 120.0);
    world->spot_discount_percent = -1;
    if (json_is_integer(discount.value)) {
        world->spot_discount_percent = (int32_t)workload_node_integer(&discount, 0, 100);
    } else if (workload_node_given(&discount) &&
               !(json_is_string(discount.value) && strcmp(json_string_value(discount.value), "advisor") == 0)) {
        workload_node_expect(&discount, "a whole number from 0 to 100 or \"advisor\"");
    }
}

static void read_policies(const struct workload_node *node, struct workload_world *world)
{
    const char *placements[POLICIES_MAX + 1] = {NULL};
    const char *dispatches[POLICIES_MAX + 1] = {NULL};
    for (uint32_t i = 0; i < batch_placement_policy_count && i < POLICIES_MAX; i++) {
        placements[i] = batch_placement_policies[i]->name;
    }
    for (uint32_t i = 0; i < batch_dispatch_policy_count && i < POLICIES_MAX; i++) {
        dispatches[i] = batch_dispatch_policies[i]->name;
    }
    struct workload_node placement = workload_node_member(node, "placementPolicy");
    struct workload_node dispatch = workload_node_member(node, "dispatchPolicy");
    workload_node_text_copy(&placement, "best-fit", world->placement_policy, sizeof(world->placement_policy));
    workload_node_text_copy(&dispatch, "fifo", world->dispatch_policy, sizeof(world->dispatch_policy));
    if (workload_node_given(&placement)) {
        (void)workload_node_word(&placement, placements, NULL, -1);
    }
    if (workload_node_given(&dispatch)) {
        (void)workload_node_word(&dispatch, dispatches, NULL, -1);
    }
}

static void read_scheduler(const struct workload_node *node, struct workload_world *world)
{
    static const struct workload_key keys[] = {
        {"placementPeriodSeconds", WORKLOAD_KEY_READ}, {"scalingPeriodSeconds", WORKLOAD_KEY_READ},
        {"scaleInDelaySeconds", WORKLOAD_KEY_READ},    {"placementPolicy", WORKLOAD_KEY_READ},
        {"dispatchPolicy", WORKLOAD_KEY_READ},         {NULL, 0},
    };
    workload_node_check_keys(node, keys);
    struct workload_node place = workload_node_member(node, "placementPeriodSeconds");
    struct workload_node scale = workload_node_member(node, "scalingPeriodSeconds");
    struct workload_node scale_in = workload_node_member(node, "scaleInDelaySeconds");
    world->place_period_us = workload_node_seconds_us_or(&place, day_s, 5.0);
    world->scale_period_us = workload_node_seconds_us_or(&scale, day_s, 60.0);
    world->scale_in_delay_us = workload_node_seconds_us_or(&scale_in, seconds_most, 300.0);
    read_policies(node, world);
}

void workload_world_read(const struct workload_node *node, struct workload_world *world)
{
    static const struct workload_key keys[] = {
        {"seed", WORKLOAD_KEY_READ}, {"zones", WORKLOAD_KEY_READ},     {"delays", WORKLOAD_KEY_READ},
        {"spot", WORKLOAD_KEY_READ}, {"scheduler", WORKLOAD_KEY_READ}, {NULL, 0},
    };
    workload_node_check_keys(node, keys);
    struct workload_node seed = workload_node_member(node, "seed");
    struct workload_node zones = workload_node_member(node, "zones");
    struct workload_node delays = workload_node_member(node, "delays");
    struct workload_node spot = workload_node_member(node, "spot");
    struct workload_node scheduler = workload_node_member(node, "scheduler");
    world->has_seed = workload_node_given(&seed);
    world->seed = (uint64_t)workload_node_integer_or(&seed, 0, INT64_MAX, 0);
    read_zones(&zones, world);
    read_delays(&delays, world);
    read_spot(&spot, world);
    read_scheduler(&scheduler, world);
}

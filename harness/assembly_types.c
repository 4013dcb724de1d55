/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file Which instance types an environment allows, what each registers and costs. */
#include "harness/assembly_parts.h"
#include "scheduler/host.h"

#include <stdlib.h>
#include <string.h>

/** Whether @p type can have a price in the environment's market. */
static bool has_price(const struct workload_scenario *scenario, const struct workload_environment *environment,
                      const struct cloud_type *type)
{
    return environment->market == BATCH_MARKET_ON_DEMAND || scenario->world.spot_discount_percent >= 0 ||
           type->spot_savings_percent > 0;
}

static bool is_listed(const struct harness_assembly_types *list, uint32_t type)
{
    for (uint32_t i = 0; i < list->count; i++) {
        if (list->types[i] == type) {
            return true;
        }
    }
    return false;
}

/** Add what @p word names; a type without a Spot price is left out unless it is named exactly. */
static enum batch_rc add_word(const struct workload_scenario *scenario, const struct cloud_catalog *catalog,
                              const struct workload_environment *environment, const char *word, uint32_t *named,
                              struct harness_assembly_types *list, struct batch_error *error)
{
    uint32_t count = cloud_catalog_expand(catalog, word, named, cloud_catalog_count(catalog));
    if (count == 0) {
        return batch_error_set(error, BATCH_E_INPUT,
                               "%s: computeEnvironments.%s.computeResources.instanceTypes: no instance type, family or "
                               "bundle is called \"%s\"; `batchlab catalog` lists the types",
                               scenario->name, environment->name, word);
    }
    for (uint32_t i = 0; i < count; i++) {
        const struct cloud_type *type = cloud_catalog_type(catalog, named[i]);
        if (!has_price(scenario, environment, type)) {
            if (strcmp(word, type->name) == 0) {
                return batch_error_set(
                    error, BATCH_E_INPUT,
                    "%s: computeEnvironments.%s.computeResources.instanceTypes: the Spot price of %s "
                    "is unknown; choose another type or set world.spot.discountPercent",
                    scenario->name, environment->name, word);
            }
            continue;
        }
        if (!is_listed(list, named[i])) {
            list->types[list->count++] = named[i];
        }
    }
    return BATCH_OK;
}

static enum batch_rc check_architecture(const struct workload_scenario *scenario, const struct cloud_catalog *catalog,
                                        const struct workload_environment *environment,
                                        const struct harness_assembly_types *list, struct batch_error *error)
{
    const struct cloud_type *first = cloud_catalog_type(catalog, list->types[0]);
    for (uint32_t i = 1; i < list->count; i++) {
        const struct cloud_type *type = cloud_catalog_type(catalog, list->types[i]);
        if (strcmp(type->arch, first->arch) != 0) {
            return batch_error_set(error, BATCH_E_INPUT,
                                   "%s: computeEnvironments.%s.computeResources.instanceTypes: %s is %s but %s is %s; "
                                   "an environment has one architecture: split it in two",
                                   scenario->name, environment->name, first->name, first->arch, type->name, type->arch);
        }
    }
    return BATCH_OK;
}

static enum batch_rc expand_words(const struct workload_scenario *scenario, const struct cloud_catalog *catalog,
                                  const struct workload_environment *environment, uint32_t *named,
                                  struct harness_assembly_types *list, struct batch_error *error)
{
    for (uint32_t i = 0; i < environment->instance_type_count; i++) {
        enum batch_rc rc = add_word(scenario, catalog, environment, environment->instance_types[i], named, list, error);
        if (rc != BATCH_OK) {
            return rc;
        }
    }
    if (list->count == 0) {
        return batch_error_set(error, BATCH_E_INPUT,
                               "%s: computeEnvironments.%s.computeResources.instanceTypes: none of the types has a "
                               "known Spot price; choose other types or set world.spot.discountPercent",
                               scenario->name, environment->name);
    }
    return check_architecture(scenario, catalog, environment, list, error);
}

enum batch_rc harness_assembly_types_expand(const struct workload_scenario *scenario,
                                            const struct cloud_catalog *catalog,
                                            const struct workload_environment *environment,
                                            struct harness_assembly_types *ret, struct batch_error *error)
{
    size_t room = cloud_catalog_count(catalog) + (size_t)1;
    struct harness_assembly_types list = {.types = calloc(room, sizeof *list.types)};
    uint32_t *named = calloc(room, sizeof *named);
    enum batch_rc rc = list.types == NULL || named == NULL
                           ? batch_error_set(error, BATCH_E_MEMORY, "no memory for the list of instance types")
                           : expand_words(scenario, catalog, environment, named, &list, error);
    free(named);
    if (rc != BATCH_OK) {
        free(list.types);
        return rc;
    }
    *ret = list;
    return BATCH_OK;
}

struct batch_resources harness_assembly_type_capacity(const struct cloud_type *type)
{
    return (struct batch_resources){
        .vcpu_milli = type->vcpus * (uint32_t)BATCH_VCPU_MILLI, .mib = type->registered_mib, .gpu = type->gpus};
}

int64_t harness_assembly_type_price(const struct workload_world *world, const struct cloud_type *type,
                                    enum batch_market market)
{
    if (market == BATCH_MARKET_ON_DEMAND) {
        return type->on_demand_usd_nano_per_h;
    }
    int64_t discount =
        world->spot_discount_percent >= 0 ? world->spot_discount_percent : (int64_t)type->spot_savings_percent;
    BATCH_ASSERT(NULL, discount <= 100);
    /* Whole hundreds apart, so that the product stays far from overflow whatever the price. */
    int64_t share = 100 - discount;
    int64_t price = type->on_demand_usd_nano_per_h / 100 * share;
    int64_t rest = type->on_demand_usd_nano_per_h % 100 * share;
    price += rest / 100;
    rest %= 100;
    bool rounds_up = rest > 50 || (rest == 50 && price % 2 != 0);
    return price + (rounds_up ? 1 : 0);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file A scenario and a small catalogue put together: pools, prices, shapes, and what cannot be put together. */
#include "harness/assembly.h"

#include "tests/support/t_assert.h"

#include <stdio.h>
#include <string.h>

#define CATALOG                                                                                                        \
    "instance_type,family,arch,vcpus,mib,registered_mib,gpus,is_metal,on_demand_usd_per_h,spot_savings_percent,"       \
    "spot_band,network_mbps,nvme_gb,coremark_per_s\n"                                                                  \
    "t9.large,t9,x86_64,2,4096,3775,0,0,0.085,63,1,781,0,35321\n"                                                      \
    "t9.xlarge,t9,x86_64,4,8192,7700,0,0,0.170000001,50,4,781,0,35321\n"                                               \
    "t9.2xlarge,t9,x86_64,8,16384,15500,0,0,0.340000003,50,,781,0,35321\n"                                             \
    "t9.4xlarge,t9,x86_64,16,32768,31000,0,0,0.68,,,781,0,35321\n"                                                     \
    "g9.xlarge,g9,x86_64,4,16384,15500,1,0,1,30,3,781,0,35321\n"                                                       \
    "a9.large,a9,arm64,2,8192,7739,0,0,0.077,40,0,750,0,30000\n"

/** Two environments, Spot and on-demand; %s: types of the first, types of the second, zones, definition, rule. */
#define SCENARIO                                                                                                       \
    "{\"computeEnvironments\":["                                                                                       \
    "{\"computeEnvironmentName\":\"spot\",\"type\":\"MANAGED\",\"computeResources\":{\"type\":\"SPOT\","               \
    "\"allocationStrategy\":\"SPOT_CAPACITY_OPTIMIZED\",\"maxvCpus\":64,\"instanceTypes\":[%s]}},"                     \
    "{\"computeEnvironmentName\":\"od\",\"type\":\"MANAGED\",\"computeResources\":{\"type\":\"EC2\","                  \
    "\"allocationStrategy\":\"BEST_FIT\",\"maxvCpus\":8,\"instanceTypes\":[%s]}}],"                                    \
    "\"jobQueues\":[{\"jobQueueName\":\"q\",\"priority\":5,\"computeEnvironmentOrder\":["                              \
    "{\"order\":1,\"computeEnvironment\":\"spot\"},{\"order\":2,\"computeEnvironment\":\"od\"}]}],"                    \
    "\"jobDefinitions\":[{\"jobDefinitionName\":\"d\",\"type\":\"container\",\"containerProperties\":"                 \
    "{\"resourceRequirements\":[%s]},\"retryStrategy\":{\"attempts\":3,\"evaluateOnExit\":["                           \
    "{\"onStatusReason\":\"Host EC2*\",\"action\":\"RETRY\"},{\"onReason\":\"*\",\"action\":\"EXIT\"}]}}],"            \
    "\"workload\":{\"trace\":\"x.swf\",\"jobQueue\":\"q\",\"jobDefinition\":\"d\",\"vcpusPerProcessor\":1,"            \
    "\"memory\":{\"rule\":\"perProcessor\",\"mibPerProcessor\":1024},\"wideJobs\":\"%s\"},"                            \
    "\"world\":{\"zones\":[%s]}}"

#define ONE_VCPU "{\"type\":\"VCPU\",\"value\":\"1\"},{\"type\":\"MEMORY\",\"value\":\"1024\"}"

struct words {
    const char *spot_types, *on_demand_types, *resources, *wide, *zones;
};
static const struct words usual = {"\"t9\"", "\"t9.large\",\"t9\"", ONE_VCPU, "clip", "\"z1\",\"z2\""};

struct setting {
    struct cloud_catalog *catalog;
    struct workload_scenario *scenario;
    struct harness_assembly *assembly;
    struct batch_error error;
};

static enum batch_rc put_together_with(const struct words *words, const char *const *sets, size_t set_count,
                                       struct setting *setting)
{
    char document[4096];
    *setting = (struct setting){0};
    (void)snprintf(document, sizeof document, SCENARIO, words->spot_types, words->on_demand_types, words->resources,
                   words->wide, words->zones);
    assert_int_equal(cloud_catalog_parse("catalog", CATALOG, sizeof CATALOG - 1, &setting->catalog, &setting->error),
                     BATCH_OK);
    enum batch_rc rc = workload_scenario_parse("s.json", ".", document, strlen(document), sets, set_count,
                                               &setting->scenario, &setting->error);
    if (rc != BATCH_OK) {
        fail_msg("%s", setting->error.text);
    }
    return harness_assembly_create(setting->scenario, setting->catalog, &setting->assembly, &setting->error);
}

static enum batch_rc put_together(const struct words *words, const char *set, struct setting *setting)
{
    return put_together_with(words, &set, set != NULL, setting);
}

static void take_apart(struct setting *setting)
{
    harness_assembly_destroy(setting->assembly);
    workload_scenario_destroy(setting->scenario);
    cloud_catalog_destroy(setting->catalog);
}

static const char *type_of(const struct setting *setting, uint32_t pool)
{
    return cloud_catalog_type(setting->catalog, setting->assembly->pools[pool].type)->name;
}

static const struct batch_environment_created *environment_of(const struct setting *setting, uint32_t number)
{
    const struct batch_event *event = &setting->assembly->setup[setting->assembly->pool_count + number];
    assert_int_equal(event->kind, BATCH_EVENT_ENVIRONMENT_CREATED);
    return &event->as.environment;
}

static void create_makes_a_pool_per_type_zone_and_market_in_document_order(void **state)
{
    (void)state;
    struct setting setting;
    assert_int_equal(put_together(&usual, NULL, &setting), BATCH_OK);
    /* Spot: t9.4xlarge has no Spot price and is left out of the family; on-demand has all four. */
    t_assert_u64(setting.assembly->pool_count, 3 * 2 + 4 * 2);
    const struct batch_environment_created *on_demand = environment_of(&setting, 1);
    t_assert_u64(on_demand->pool_count, 8);
    assert_string_equal(type_of(&setting, on_demand->pools[0]), "t9.large");
    assert_string_equal(type_of(&setting, on_demand->pools[2]), "t9.xlarge");
    t_assert_u64(setting.assembly->pools[on_demand->pools[0]].zone, 0);
    t_assert_u64(setting.assembly->pools[on_demand->pools[1]].zone, 1);
    t_assert_u64(setting.assembly->setup_count, 14 + 2 + 1 + 1);
    take_apart(&setting);
}

static void create_shares_a_pool_when_two_environments_allow_the_same(void **state)
{
    (void)state;
    struct setting setting;
    assert_int_equal(put_together(&usual,
                                  "computeEnvironments.od.computeResources={\"type\":\"SPOT\",\"maxvCpus\":8,"
                                  "\"instanceTypes\":[\"t9.xlarge\"]}",
                                  &setting),
                     BATCH_OK);
    t_assert_u64(setting.assembly->pool_count, 6);
    t_assert_u64(environment_of(&setting, 1)->pools[0], environment_of(&setting, 0)->pools[2]);
    take_apart(&setting);
}

static void spot_price_is_on_demand_less_the_saving_rounded_half_to_even(void **state)
{
    (void)state;
    struct setting setting;
    assert_int_equal(put_together(&usual, NULL, &setting), BATCH_OK);
    const uint32_t *spot = environment_of(&setting, 0)->pools;
    t_assert_i64(setting.assembly->pools[spot[0]].price_usd_nano_per_h, 31450000);  /* 0.085 x 37 % */
    t_assert_i64(setting.assembly->pools[spot[2]].price_usd_nano_per_h, 85000000);  /* 85000000.5 */
    t_assert_i64(setting.assembly->pools[spot[4]].price_usd_nano_per_h, 170000002); /* 170000001.5 */
    t_assert_i64(setting.assembly->pools[spot[4]].on_demand_usd_nano_per_h, 340000003);
    take_apart(&setting);
}

static void fixed_discount_replaces_the_saving_and_prices_unlisted_types(void **state)
{
    (void)state;
    struct setting setting;
    assert_int_equal(put_together(&usual, "world.spot.discountPercent=75", &setting), BATCH_OK);
    const struct batch_environment_created *spot = environment_of(&setting, 0);
    t_assert_u64(spot->pool_count, 8);
    assert_string_equal(type_of(&setting, spot->pools[6]), "t9.4xlarge");
    t_assert_i64(setting.assembly->pools[spot->pools[6]].price_usd_nano_per_h, 170000000);
    take_apart(&setting);
}

static void capacity_score_falls_with_the_interruption_band(void **state)
{
    (void)state;
    struct setting setting;
    assert_int_equal(put_together(&usual, NULL, &setting), BATCH_OK);
    const uint32_t *spot = environment_of(&setting, 0)->pools;
    t_assert_u64(setting.assembly->setup[spot[0]].as.pool.capacity_score, 900); /* Band 1. */
    t_assert_u64(setting.assembly->setup[spot[2]].as.pool.capacity_score, 500); /* Band 4. */
    t_assert_u64(setting.assembly->setup[spot[4]].as.pool.capacity_score, 800); /* Unknown. */
    t_assert_u64(setting.assembly->setup[environment_of(&setting, 1)->pools[0]].as.pool.capacity_score, 1000);
    take_apart(&setting);
}

static void shapes_stay_below_max_vcpus_and_leave_out_what_best_fit_cannot_launch(void **state)
{
    (void)state;
    struct setting setting;
    const struct words words = {"\"t9.large\"", "\"t9\"", ONE_VCPU, "clip", "\"z1\""};
    assert_int_equal(put_together(&words, NULL, &setting), BATCH_OK);
    /* BEST_FIT on EC2 is capped at 8 vCPUs, so the 4xlarge can never be launched. */
    t_assert_u64(setting.assembly->queue_shapes[0].count, 3);
    t_assert_u64(setting.assembly->queue_shapes[0].shapes[2].vcpu_milli, 8000);
    t_assert_u64(setting.assembly->queue_shapes[0].shapes[2].mib, 15500);
    take_apart(&setting);

    const struct words progressive = {"\"t9.2xlarge\"", "\"t9.large\"", ONE_VCPU, "clip", "\"z1\""};
    assert_int_equal(put_together(&progressive, "computeEnvironments.spot.computeResources.maxvCpus=5", &setting),
                     BATCH_OK);
    t_assert_u64(setting.assembly->queue_shapes[0].shapes[0].vcpu_milli, 5000);
    t_assert_u64(setting.assembly->queue_shapes[0].shapes[0].mib, 15500);
    take_apart(&setting);
}

/** A second queue on the on-demand environment alone. */
#define SECOND_QUEUE                                                                                                   \
    "jobQueues=[{\"jobQueueName\":\"q\",\"priority\":5,\"computeEnvironmentOrder\":["                                  \
    "{\"order\":1,\"computeEnvironment\":\"spot\"}]},{\"jobQueueName\":\"r\",\"priority\":5,"                          \
    "\"computeEnvironmentOrder\":[{\"order\":1,\"computeEnvironment\":\"od\"}]}]"

static void shapes_are_those_of_each_queue_that_gets_jobs(void **state)
{
    (void)state;
    struct setting setting;
    const struct words words = {"\"t9.2xlarge\"", "\"t9.large\"", ONE_VCPU, "clip", "\"z1\""};
    const char *sets[] = {SECOND_QUEUE, "workload.jobQueue={\"byQueueNumber\":{\"0\":\"q\",\"1\":\"r\"}}"};
    assert_int_equal(put_together_with(&words, sets, 2, &setting), BATCH_OK);
    t_assert_u64(setting.assembly->queue_shapes[0].count, 1);
    t_assert_u64(setting.assembly->queue_shapes[0].shapes[0].vcpu_milli, 8000);
    t_assert_u64(setting.assembly->queue_shapes[1].count, 1);
    t_assert_u64(setting.assembly->queue_shapes[1].shapes[0].vcpu_milli, 2000);
    take_apart(&setting);
    assert_int_equal(put_together_with(&words, sets, 1, &setting), BATCH_OK);
    t_assert_u64(setting.assembly->queue_shapes[0].count, 1);
    t_assert_u64(setting.assembly->queue_shapes[1].count, 0);
    take_apart(&setting);
}

static void definition_must_fit_every_queue_that_gets_jobs(void **state)
{
    (void)state;
    struct setting setting;
    const struct words words = {"\"t9.2xlarge\"", "\"t9.large\"",
                                "{\"type\":\"VCPU\",\"value\":\"4\"},{\"type\":\"MEMORY\",\"value\":\"1024\"}", "clip",
                                "\"z1\""};
    const char *sets[] = {SECOND_QUEUE, "workload.jobQueue={\"byQueueNumber\":{\"7\":\"r\",\"*\":\"q\"}}"};
    assert_int_equal(put_together_with(&words, sets, 2, &setting), BATCH_E_INPUT);
    t_assert_contains(setting.error.text, "jobDefinitions.d: asks for 4 vCPUs and 1024 MiB, but the largest instance "
                                          "that queue r can use gives 2 vCPUs and 3775 MiB");
    take_apart(&setting);
    assert_int_equal(put_together_with(&words, sets, 1, &setting), BATCH_OK);
    take_apart(&setting);
}

static void wide_rule_decides_whether_misfits_fail_or_block(void **state)
{
    (void)state;
    struct setting setting;
    struct words words = usual;
    assert_int_equal(put_together(&words, NULL, &setting), BATCH_OK);
    assert_int_equal(setting.assembly->configuration.misfit, BATCH_MISFIT_BLOCK);
    take_apart(&setting);
    words.wide = "reject";
    assert_int_equal(put_together(&words, NULL, &setting), BATCH_OK);
    assert_int_equal(setting.assembly->configuration.misfit, BATCH_MISFIT_FAIL);
    take_apart(&setting);
}

static void definition_event_carries_retry_rules_and_absent_patterns_are_empty(void **state)
{
    (void)state;
    struct setting setting;
    assert_int_equal(put_together(&usual, NULL, &setting), BATCH_OK);
    const struct batch_event *event = &setting.assembly->setup[setting.assembly->setup_count - 1];
    assert_int_equal(event->kind, BATCH_EVENT_DEFINITION_REGISTERED);
    t_assert_u64(event->as.definition.attempts, 3);
    t_assert_u64(event->as.definition.rule_count, 2);
    const struct batch_retry_rule *rules = event->as.definition.rules;
    t_assert_u64(rules[0].on_status_reason.length, strlen("Host EC2*"));
    assert_memory_equal(rules[0].on_status_reason.bytes, "Host EC2*", strlen("Host EC2*"));
    assert_null(rules[0].on_reason.bytes);
    assert_int_equal(rules[1].action, BATCH_RETRY_EXIT);
    take_apart(&setting);
}

static void delays_and_spot_model_are_taken_from_the_world(void **state)
{
    (void)state;
    struct setting setting;
    assert_int_equal(put_together(&usual,
                                  "world.delays={\"launch\":{\"gamma\":{\"shape\":2,\"scale\":3}},"
                                  "\"spotLaunchFactor\":2}",
                                  &setting),
                     BATCH_OK);
    assert_int_equal(setting.assembly->delays.launch.family, CLOUD_FAMILY_GAMMA);
    t_assert_near(cloud_distribution_mean_s(&setting.assembly->delays.launch), 6.0, 1e-12, 0.0);
    t_assert_near(setting.assembly->delays.spot_launch_factor, 2.0, 0.0, 0.0);
    assert_int_equal(setting.assembly->spot.model, CLOUD_SPOT_ADVISOR);
    t_assert_i64(setting.assembly->spot.notice_us, 120 * (int64_t)BATCH_US_PER_S);
    take_apart(&setting);
}

struct wrong {
    const char *spot_types, *on_demand_types, *resources, *set;
    const char *path, *remedy; /**< Both must stand in the message. */
};

static const struct wrong wrongs[] = {
    {"\"t9\"", "\"t8.large\"", ONE_VCPU, NULL, "computeEnvironments.od.computeResources.instanceTypes",
     "batchlab catalog"},
    {"\"t9\",\"a9.large\"", "\"t9\"", ONE_VCPU, NULL, "computeEnvironments.spot.computeResources.instanceTypes",
     "one architecture"},
    {"\"t9.4xlarge\"", "\"t9\"", ONE_VCPU, NULL, "the Spot price of t9.4xlarge is unknown",
     "world.spot.discountPercent"},
    {"\"t9.large\"", "\"t9.large\"", "{\"type\":\"VCPU\",\"value\":\"4\"},{\"type\":\"MEMORY\",\"value\":\"1024\"}",
     NULL, "jobDefinitions.d: asks for 4 vCPUs and 1024 MiB", "2 vCPUs and 3775 MiB"},
    {"\"t9.large\"", "\"t9.large\"", "{\"type\":\"VCPU\",\"value\":\"2\"},{\"type\":\"MEMORY\",\"value\":\"4096\"}",
     NULL, "jobDefinitions.d: asks for 2 vCPUs and 4096 MiB", "2 vCPUs and 3775 MiB"},
    {"\"t9\"", "\"t9\"", ONE_VCPU ",{\"type\":\"GPU\",\"value\":\"1\"}", NULL, "jobDefinitions.d: asks for 1 GPUs",
     "allow other types"},
};

static void create_refuses_with_path_and_remedy_when_the_parts_do_not_fit(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wrongs / sizeof wrongs[0]; i++) {
        struct setting setting;
        const struct words words = {wrongs[i].spot_types, wrongs[i].on_demand_types, wrongs[i].resources, "clip",
                                    "\"z1\""};
        assert_int_equal(put_together(&words, wrongs[i].set, &setting), BATCH_E_INPUT);
        assert_null(setting.assembly);
        t_assert_contains(setting.error.text, "s.json: ");
        t_assert_contains(setting.error.text, wrongs[i].path);
        t_assert_contains(setting.error.text, wrongs[i].remedy);
        take_apart(&setting);
    }
}

static void gpu_definition_fits_when_a_type_has_gpus(void **state)
{
    (void)state;
    struct setting setting;
    const struct words words = {"\"t9\",\"g9.xlarge\"", "\"t9\"", ONE_VCPU ",{\"type\":\"GPU\",\"value\":\"1\"}",
                                "clip", "\"z1\""};
    assert_int_equal(put_together(&words, NULL, &setting), BATCH_OK);
    t_assert_u64(setting.assembly->queue_shapes[0].count, 1);
    t_assert_u64(setting.assembly->queue_shapes[0].shapes[0].vcpu_milli, 4000);
    take_apart(&setting);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(create_makes_a_pool_per_type_zone_and_market_in_document_order),
        cmocka_unit_test(create_shares_a_pool_when_two_environments_allow_the_same),
        cmocka_unit_test(spot_price_is_on_demand_less_the_saving_rounded_half_to_even),
        cmocka_unit_test(fixed_discount_replaces_the_saving_and_prices_unlisted_types),
        cmocka_unit_test(capacity_score_falls_with_the_interruption_band),
        cmocka_unit_test(shapes_stay_below_max_vcpus_and_leave_out_what_best_fit_cannot_launch),
        cmocka_unit_test(shapes_are_those_of_each_queue_that_gets_jobs),
        cmocka_unit_test(definition_must_fit_every_queue_that_gets_jobs),
        cmocka_unit_test(wide_rule_decides_whether_misfits_fail_or_block),
        cmocka_unit_test(definition_event_carries_retry_rules_and_absent_patterns_are_empty),
        cmocka_unit_test(delays_and_spot_model_are_taken_from_the_world),
        cmocka_unit_test(create_refuses_with_path_and_remedy_when_the_parts_do_not_fit),
        cmocka_unit_test(gpu_definition_fits_when_a_type_has_gpus),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

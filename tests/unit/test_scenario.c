/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The scenario document: what it means, and one clear message for each way to get it wrong.
 */
#include "workloads/scenario.h"

#include "tests/support/t_assert.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DOCUMENT_MAX = 1 << 16 };

/* A fault is made by replacing the first occurrence of one text; the lines are part of what is expected. */
static const char base[] =
    "{\n"
    "  \"computeEnvironments\": [\n"
    "    {\"computeEnvironmentName\": \"spot\", \"type\": \"MANAGED\", \"state\": \"ENABLED\",\n"
    "     \"computeResources\": {\"type\": \"SPOT\", \"minvCpus\": 0, \"desiredvCpus\": 4,\n"
    "       \"maxvCpus\": 64, \"instanceTypes\": [\"c5.large\", \"m5\"], \"subnets\": [\"subnet-1\"],\n"
    "       \"bidPercentage\": 60, \"allocationStrategy\": \"SPOT_CAPACITY_OPTIMIZED\",\n"
    "       \"scalingPolicy\": {\"minScaleDownDelayMinutes\": 20}}},\n"
    "    {\"computeEnvironmentName\": \"steady\",\n"
    "     \"computeResources\": {\"type\": \"EC2\", \"maxvCpus\": 32, \"instanceTypes\": [\"optimal\"]}}\n"
    "  ],\n"
    "  \"jobQueues\": [\n"
    "    {\"jobQueueName\": \"day\", \"priority\": 10, \"jobQueueArn\": \"arn:x\", \"computeEnvironmentOrder\": [\n"
    "      {\"order\": 2, \"computeEnvironment\": \"arn:aws:batch:us-east-1:1:compute-environment/steady\"},\n"
    "      {\"order\": 1, \"computeEnvironment\": \"spot\"}]}\n"
    "  ],\n"
    "  \"jobDefinitions\": [\n"
    "    {\"jobDefinitionName\": \"job\", \"revision\": 3, \"type\": \"container\",\n"
    "     \"containerProperties\": {\"image\": \"busybox\", \"resourceRequirements\": [\n"
    "       {\"type\": \"VCPU\", \"value\": \"2\"}, {\"type\": \"MEMORY\", \"value\": 2048}]},\n"
    "     \"retryStrategy\": {\"attempts\": 3, \"evaluateOnExit\": [\n"
    "       {\"onStatusReason\": \"Host EC2*\", \"action\": \"retry\"},\n"
    "       {\"onReason\": \"*\", \"onExitCode\": \"13*\", \"action\": \"Exit\"}]},\n"
    "     \"timeout\": {\"attemptDurationSeconds\": 60}}\n"
    "  ],\n"
    "  \"workload\": {\"trace\": \"logs/a.swf\", \"jobDefinition\": \"job:3\",\n"
    "    \"memory\": {\"rule\": \"requested\", \"mibPerProcessor\": 512}, \"wideJobs\": \"clip\"},\n"
    "  \"world\": {\"seed\": 7, \"zones\": [\"z1\", \"z2\"],\n"
    "    \"delays\": {\"boot\": {\"uniform\": [1, 2.5]}, \"launch\": 3},\n"
    "    \"spot\": {\"interruptions\": {\"model\": \"exponential\", \"meanHours\": 4}, \"discountPercent\": 70},\n"
    "    \"scheduler\": {\"placementPeriodSeconds\": 0, \"scaleInDelaySeconds\": 0.5}}\n"
    "}\n";

static void replace(char *buffer, const char *find, const char *with)
{
    const char *at = strstr(base, find);
    assert_non_null(at);
    int length = snprintf(buffer, DOCUMENT_MAX, "%.*s%s%s", (int)(at - base), base, with, at + strlen(find));
    assert_in_range(length, 1, DOCUMENT_MAX - 1);
}

/* Exactly as many bytes, so that a sanitizer sees a read past the end. */
static enum batch_rc parse(const char *text, const char *folder, struct workload_scenario **ret,
                           struct batch_error *error)
{
    size_t size = strlen(text);
    char *bytes = malloc(size + (size == 0 ? 1 : 0));
    assert_non_null(bytes);
    for (size_t i = 0; i < size; i++) {
        bytes[i] = text[i];
    }
    enum batch_rc rc = workload_scenario_parse("doc.json", folder, bytes, size, NULL, 0, ret, error);
    free(bytes);
    return rc;
}

static struct workload_scenario *parse_good(const char *text)
{
    struct workload_scenario *scenario = NULL;
    struct batch_error error = {BATCH_OK, ""};
    if (parse(text, "runs", &scenario, &error) != BATCH_OK) {
        fail_msg("%s", error.text);
    }
    return scenario;
}

static void check_refused(const char *text, const char *expected)
{
    struct workload_scenario *scenario = NULL;
    struct batch_error error = {BATCH_OK, ""};
    assert_int_equal(parse(text, "runs", &scenario, &error), BATCH_E_INPUT);
    assert_null(scenario);
    assert_int_equal(error.rc, BATCH_E_INPUT);
    t_assert_contains(error.text, expected);
    assert_null(strpbrk(error.text, "\n\r\x1b"));
}

static void scenario_reads_environments_when_in_the_shape_of_describe(void **state)
{
    (void)state;
    struct workload_scenario *scenario = parse_good(base);
    t_assert_u64(scenario->environment_count, 2);
    const struct workload_environment *spot = &scenario->environments[0];
    assert_string_equal(spot->name, "spot");
    assert_int_equal(spot->market, BATCH_MARKET_SPOT);
    assert_int_equal(spot->vcpu_min, 0);
    assert_int_equal(spot->vcpu_desired, 4);
    assert_int_equal(spot->vcpu_max, 64);
    assert_int_equal(spot->bid_percentage, 60);
    assert_string_equal(spot->allocation_strategy, "SPOT_CAPACITY_OPTIMIZED");
    t_assert_i64(spot->scale_in_delay_us, INT64_C(1200000000));
    t_assert_u64(spot->instance_type_count, 2);
    assert_string_equal(spot->instance_types[1], "m5");
    assert_int_equal(spot->line, 3);
    const struct workload_environment *steady = &scenario->environments[1];
    assert_int_equal(steady->market, BATCH_MARKET_ON_DEMAND);
    assert_string_equal(steady->allocation_strategy, "BEST_FIT");
    assert_int_equal(steady->bid_percentage, 100);
    t_assert_i64(steady->scale_in_delay_us, 500000);
    assert_int_equal(steady->line, 8);
    workload_scenario_destroy(scenario);
}

static void scenario_reads_queues_and_definitions_when_given_arns_and_revisions(void **state)
{
    (void)state;
    struct workload_scenario *scenario = parse_good(base);
    const struct workload_queue *queue = &scenario->queues[0];
    assert_int_equal(queue->priority, 10);
    t_assert_u64(queue->environment_count, 2);
    assert_int_equal(queue->environments[0], 0);
    assert_int_equal(queue->environments[1], 1);
    assert_int_equal(queue->line, 12);
    const struct workload_definition *definition = &scenario->definitions[0];
    assert_int_equal(definition->resources.vcpu_milli, 2000);
    assert_int_equal(definition->resources.mib, 2048);
    assert_int_equal(definition->resources.gpu, 0);
    assert_int_equal(definition->attempts, 3);
    t_assert_i64(definition->timeout_us, 60000000);
    t_assert_u64(definition->rule_count, 2);
    assert_true(definition->rules[0].has_on_status_reason);
    assert_false(definition->rules[0].has_on_reason);
    assert_false(definition->rules[0].is_exit);
    assert_string_equal(definition->rules[1].on_exit_code, "13*");
    assert_true(definition->rules[1].is_exit);
    assert_int_equal(definition->line, 17);
    workload_scenario_destroy(scenario);
}

static void scenario_reads_workload_and_world_when_given(void **state)
{
    (void)state;
    struct workload_scenario *scenario = parse_good(base);
    const struct workload_spec *spec = &scenario->workload;
    assert_int_equal(spec->kind, WORKLOAD_TRACE);
    assert_string_equal(spec->path, "runs/logs/a.swf");
    assert_string_equal(spec->path_written, "logs/a.swf");
    t_assert_u64(spec->jobs_max, 0);
    assert_int_equal(spec->memory_rule, WORKLOAD_MEMORY_REQUESTED);
    assert_int_equal(spec->mib_per_processor, 512);
    assert_int_equal(spec->vcpu_milli_per_processor, 1000);
    assert_int_equal(spec->wide_rule, WORKLOAD_WIDE_CLIP);
    const struct workload_world *world = &scenario->world;
    assert_true(world->has_seed);
    t_assert_u64(world->seed, 7);
    t_assert_u64(world->zone_count, 2);
    assert_int_equal(world->boot.family, WORKLOAD_FAMILY_UNIFORM);
    t_assert_near(world->boot.b, 2.5, 0.0, 0.0);
    assert_int_equal(world->launch.family, WORKLOAD_FAMILY_CONSTANT);
    t_assert_near(world->launch.a, 3.0, 0.0, 0.0);
    assert_int_equal(world->spot_model, WORKLOAD_SPOT_EXPONENTIAL);
    t_assert_near(world->spot_mean_h, 4.0, 0.0, 0.0);
    assert_int_equal(world->spot_discount_percent, 70);
    t_assert_i64(world->place_period_us, 0);
    t_assert_i64(world->scale_period_us, 60000000);
    workload_scenario_destroy(scenario);
}

static void scenario_takes_presets_when_world_is_absent(void **state)
{
    (void)state;
    static const char text[] =
        "{\"computeEnvironments\":[{\"computeEnvironmentName\":\"e\",\"computeResources\":"
        "{\"type\":\"EC2\",\"maxvCpus\":1,\"minvCpus\":1,\"instanceTypes\":[\"m5\"]}}],"
        "\"jobQueues\":[{\"jobQueueName\":\"q\",\"priority\":0,\"computeEnvironmentOrder\":"
        "[{\"order\":1,\"computeEnvironment\":\"e\"}]}],"
        "\"jobDefinitions\":[{\"jobDefinitionName\":\"d\",\"containerProperties\":{\"vcpus\":1,\"memory\":4}}],"
        "\"workload\":{\"generator\":{\"model\":\"lublin\",\"processors\":256},\"jobs\":5}}";
    struct workload_scenario *scenario = parse_good(text);
    const struct workload_world *world = &scenario->world;
    assert_false(world->has_seed);
    t_assert_u64(world->zone_count, 1);
    assert_string_equal(world->zones[0], "us-east-1a");
    assert_int_equal(world->scale_decision.family, WORKLOAD_FAMILY_LOGNORMAL);
    t_assert_near(world->scale_decision.a, 3.4, 0.0, 0.0);
    t_assert_near(world->container_start.b, 0.4, 0.0, 0.0);
    assert_int_equal(world->terminate.family, WORKLOAD_FAMILY_CONSTANT);
    t_assert_near(world->spot_launch_factor, 1.3, 0.0, 0.0);
    assert_int_equal(world->spot_model, WORKLOAD_SPOT_ADVISOR);
    assert_int_equal(world->spot_discount_percent, -1);
    t_assert_i64(world->spot_notice_us, 120000000);
    t_assert_i64(world->place_period_us, 5000000);
    t_assert_i64(scenario->environments[0].scale_in_delay_us, 300000000);
    assert_int_equal(scenario->environments[0].vcpu_desired, 1);
    assert_string_equal(world->placement_policy, "best-fit");
    assert_string_equal(world->dispatch_policy, "fifo");
    assert_int_equal(scenario->definitions[0].attempts, 1);
    t_assert_i64(scenario->definitions[0].timeout_us, 0);
    assert_int_equal(scenario->workload.kind, WORKLOAD_LUBLIN);
    assert_int_equal(scenario->workload.lublin_column, WORKLOAD_LUBLIN_TYPELESS);
    t_assert_near(scenario->workload.lublin_load_factor, 1.0, 0.0, 0.0);
    t_assert_u64(scenario->workload.jobs_max, 5);
    assert_int_equal(scenario->workload.mib_per_processor, 1792);
    assert_int_equal(scenario->workload.wide_rule, WORKLOAD_WIDE_REJECT);
    workload_scenario_destroy(scenario);
}

/* What is legal and easily refused by mistake. */
static void scenario_accepts_variants_when_aws_prints_them(void **state)
{
    (void)state;
    static const struct {
        const char *find, *with;
    } rows[] = {
        {"\"world\": {\"seed\": 7", "\"description\": \"x\", \"world\": {\"seed\": 9223372036854775807"},
        {"\"type\": \"container\"",
         "\"type\": \"container\", \"platformCapabilities\": [\"EC2\"], \"nodeProperties\": {}"},
        {"\"type\": \"container\"", "\"consumableResourceProperties\": {\"consumableResourceList\": []}"},
        {"\"priority\": 10", "\"priority\": 10, \"jobStateTimeLimitActions\": [], \"schedulingPolicyArn\": null"},
        {"\"type\": \"MANAGED\"",
         "\"type\": \"MANAGED\", \"unmanagedvCpus\": 0, \"containerOrchestrationType\": \"ECS\""},
        {"\"minScaleDownDelayMinutes\": 20", "\"minScaleDownDelayMinutes\": 0"},
        {"\"value\": 2048}", "\"value\": 2048}, {\"type\": \"GPU\", \"value\": \"1\"}"},
        {"\"boot\": {\"uniform\": [1, 2.5]}", "\"boot\": {\"gamma\": {\"shape\": 2, \"scale\": 0.5}}"},
        {"\"boot\": {\"uniform\": [1, 2.5]}", "\"boot\": {\"weibull\": {\"shape\": 2, \"scale\": 0.5}}"},
        {"\"boot\": {\"uniform\": [1, 2.5]}", "\"boot\": {\"lognormal\": {\"mu\": -1, \"sigma\": 0}}"},
        {"\"boot\": {\"uniform\": [1, 2.5]}", "\"boot\": {\"exponential\": 3}"},
        {"\"discountPercent\": 70", "\"discountPercent\": \"advisor\""},
        {"\"seed\": 7", "\"\\u0073eed\": 8"},
        {"\"job:3\"", "\"arn:aws:batch:us-east-1:1:job-definition/job:3\""},
    };
    char text[DOCUMENT_MAX];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        replace(text, rows[i].find, rows[i].with);
        workload_scenario_destroy(parse_good(text));
    }
    replace(text, "\"logs/a.swf\", \"jobDefinition\": \"job:3\",\n    \"memory\": {\"rule\": \"requested\"",
            "\"\", \"jobs\": 9, \"generator\": {\"model\": \"poisson\", \"ratePerSecond\": 0.5,"
            " \"run\": {\"exponential\": 10}}, \"memory\": {\"rule\": \"perProcessor\"");
    struct workload_scenario *scenario = parse_good(text);
    assert_int_equal(scenario->workload.kind, WORKLOAD_POISSON);
    assert_int_equal(scenario->workload.poisson_run.family, WORKLOAD_FAMILY_EXPONENTIAL);
    assert_int_equal(scenario->workload.poisson_processors, 1);
    workload_scenario_destroy(scenario);
}

struct refusal {
    const char *find, *with, *expected;
};

static void check_refusals(const struct refusal *rows, size_t count)
{
    char text[DOCUMENT_MAX];
    for (size_t i = 0; i < count; i++) {
        replace(text, rows[i].find, rows[i].with);
        check_refused(text, rows[i].expected);
    }
}

static void scenario_names_the_place_when_an_environment_is_wrong(void **state)
{
    (void)state;
    static const struct refusal rows[] = {
        {"\"maxvCpus\": 64", "\"maxVcpus\": 64",
         "doc.json:5: computeEnvironments.spot.computeResources.maxVcpus: unknown key; did you mean \"maxvCpus\"?"},
        {"\"maxvCpus\": 64", "\"maxvCpus\": 64, \"wibble\": 1", "wibble: unknown key; the keys here are type, "},
        {"\"maxvCpus\": 64", "\"maxvCpus\": 0",
         "doc.json:5: computeEnvironments.spot.computeResources.maxvCpus: "
         "expected a whole number from 1 to 2000000; got 0"},
        {"\"maxvCpus\": 64", "\"maxvCpus\": -64", "got -64"},
        {"\"maxvCpus\": 64", "\"maxvCpus\": 1.5", "expected a whole number from 1 to 2000000; got 1.5"},
        {"\"maxvCpus\": 64", "\"maxvCpus\": \"64\"", "got \"64\""},
        {"\"maxvCpus\": 64, ", "", "doc.json:4: computeEnvironments.spot.computeResources.maxvCpus: expected a whole"},
        {"\"maxvCpus\": 64", "\"maxvCpus\": 9223372036854775807", "got 9223372036854775807"},
        {"\"maxvCpus\": 64", "\"maxvCpus\": 99999999999999999999", "doc.json:5:"},
        {"\"maxvCpus\": 64", "\"maxvCpus\": 1e999", "real number overflow"},
        {"\"desiredvCpus\": 4", "\"desiredvCpus\": 65",
         "desiredvCpus: expected minvCpus to maxvCpus, which is 0 to 64"},
        {"\"minvCpus\": 0", "\"minvCpus\": 65", "minvCpus: expected at most maxvCpus, which is 64; got 65"},
        {"\"minvCpus\": 0", "\"minvCpus\": 5", "expected minvCpus to maxvCpus, which is 5 to 64; got 4"},
        {"\"bidPercentage\": 60", "\"bidPercentage\": 101", "a whole number from 1 to 100; got 101"},
        {"\"maxvCpus\": 32", "\"maxvCpus\": 32, \"bidPercentage\": 50", "doc.json:9: computeEnvironments.steady."},
        {"\"maxvCpus\": 32", "\"maxvCpus\": 32, \"allocationStrategy\": \"SPOT_CAPACITY_OPTIMIZED\"", "is for SPOT; "},
        {"SPOT_CAPACITY_OPTIMIZED", "SPOT_CAPACITY_OPTIMIZED_PRIORITIZED", "is not modelled by this version; use one"},
        {"SPOT_CAPACITY_OPTIMIZED", "CHEAPEST", "expected one of BEST_FIT, "},
        {"\"SPOT_CAPACITY_OPTIMIZED\"", "7", "a string of at most 63 bytes; got 7"},
        {"\"type\": \"SPOT\"", "\"type\": \"FARGATE\"", "\"FARGATE\" is not modelled by this version; use EC2, SPOT"},
        {"\"type\": \"SPOT\"", "\"type\": \"spot\"", "did you mean \"SPOT\"?"},
        {"\"type\": \"SPOT\", ", "", "type: expected one of EC2, SPOT; got nothing"},
        {"\"MANAGED\"", "\"UNMANAGED\"", "doc.json:3: computeEnvironments.spot.type: \"UNMANAGED\" is not modelled"},
        {"\"ENABLED\"", "\"DISABLED\"", "\"DISABLED\" is not modelled by this version; use ENABLED"},
        {"\"MANAGED\"", "\"MANAGED\", \"unmanagedvCpus\": 4", "unmanagedvCpus: is not modelled by this version"},
        {"\"MANAGED\"", "\"MANAGED\", \"eksConfiguration\": {\"a\": \"b\"}", "eksConfiguration: is not modelled"},
        {"[\"c5.large\", \"m5\"]", "[]", "an array of 1 to 256 instance types"},
        {"[\"c5.large\", \"m5\"]", "[\"c5.large\", 5]", "instanceTypes[1]: expected a string"},
        {"[\"c5.large\", \"m5\"]", "[\"\"]", "instanceTypes[0]: expected an instance type"},
        {"\"instanceTypes\": [\"c5.large\", \"m5\"], ", "", "instanceTypes: expected an array"},
        {"Minutes\": 20", "Minutes\": 19", "0 (not set) or a whole number of minutes from 20 to 10080; got 19"},
        {"Minutes\": 20", "Minutes\": 10081", "doc.json:7: computeEnvironments.spot.computeResources.scalingPolicy."},
        {"{\"minScaleDownDelayMinutes\": 20}", "[]", "scalingPolicy: expected an object; got an array of 0"},
        {"\"steady\",", "\"spot\",", "doc.json:8: computeEnvironments[1].computeEnvironmentName: \"spot\" is the name"},
        {"\"steady\",", "\"a name\",", "a name of 1 to 128 letters, digits, '-' and '_'; got \"a name\""},
        {"\"steady\",", "\"\",", "a name of 1 to 128 letters"},
        {"\"computeEnvironmentName\": \"steady\",", "", "computeEnvironmentName: expected a name"},
    };
    check_refusals(rows, sizeof rows / sizeof rows[0]);
}

static void scenario_names_the_place_when_a_queue_is_wrong(void **state)
{
    (void)state;
    static const struct refusal rows[] = {
        {"\"spot\"}]", "\"spott\"}]",
         "doc.json:14: jobQueues.day.computeEnvironmentOrder[1].computeEnvironment: no "
         "compute environment is called \"spott\"; there are spot, steady; did you mean"},
        {"\"spot\"}]", "\"steady\"}]", "is in this queue already"},
        {"\"order\": 1", "\"order\": 2",
         "doc.json:14: jobQueues.day.computeEnvironmentOrder[1].order: 2 is given twice"},
        {"\"order\": 1", "\"order\": -1", "a whole number from 0 to 2147483647; got -1"},
        {"\"order\": 1, ", "", "computeEnvironmentOrder[1].order: expected a whole number"},
        {"\"priority\": 10", "\"priority\": 1001", "priority: expected a whole number from 0 to 1000; got 1001"},
        {"\"priority\": 10,", "\"schedulingPolicyArn\": \"arn:p\", \"priority\": 10,", "schedulingPolicyArn: is not "},
        {"\"priority\": 10,", "\"jobStateTimeLimitActions\": [{}], \"priority\": 10,", "is not modelled"},
        {"\"priority\": 10,", "\"jobQueueType\": \"EKS\", \"priority\": 10,", "\"EKS\" is not modelled"},
        {"\"priority\": 10,", "\"state\": \"DISABLED\", \"priority\": 10,", "\"DISABLED\" is not modelled"},
        {"\"priority\": 10,", "\"priorty\": 10,", "doc.json:12: jobQueues.day.priorty: unknown key; did you mean"},
        {"{\"order\": 1, \"computeEnvironment\": \"spot\"}", "3",
         "computeEnvironmentOrder[1]: expected an object; got 3"},
        {"\"jobQueues\": [", "\"jobQueues\": [], \"world\": {}, \"jobDefinitions\": [", "duplicate object key"},
        {"\"jobQueues\": [", "\"jobQueues\": [null, ", "doc.json:11: jobQueues[0]: expected an object; got null"},
    };
    check_refusals(rows, sizeof rows / sizeof rows[0]);
}

static void scenario_names_the_place_when_a_definition_is_wrong(void **state)
{
    (void)state;
    static const struct refusal rows[] = {
        {"\"value\": \"2\"", "\"value\": \"0.25\"", "resourceRequirements[0].value: expected a whole number from 1"},
        {"\"value\": \"2\"", "\"value\": \"99999999999999999999\"", "as a number or a string; got"},
        {"\"value\": \"2\"", "\"value\": \"-2\"", "got \"-2\""},
        {"\"value\": 2048", "\"value\": 3",
         "doc.json:19: jobDefinitions.job.containerProperties.resourceRequirements[1]"},
        {"\"MEMORY\"", "\"VCPU\"", "resourceRequirements[1].type: VCPU is given twice"},
        {"\"MEMORY\"", "\"DISK\"", "expected one of VCPU, MEMORY, GPU; got \"DISK\""},
        {", {\"type\": \"MEMORY\", \"value\": 2048}", "", "resourceRequirements: expected an element of type MEMORY"},
        {"\"busybox\"", "\"busybox\", \"vcpus\": 1", "vcpus: is given in resourceRequirements as VCPU too"},
        {"\"busybox\"", "\"]}{[ \\\" \\\\\", \"vcpus\":\n1",
         "doc.json:18: jobDefinitions.job.containerProperties.vcpus"},
        {"\"busybox\"", "\"]}{[ \\\" \\\\\n", "doc.json:18:49: not a JSON document: unexpected newline"},
        {"\"busybox\"", "\"busybox\", \"memroy\": 1", "did you mean \"memory\"?"},
        {"\"attempts\": 3", "\"attempts\": 11", "attempts: expected a whole number from 1 to 10; got 11"},
        {"\"attempts\": 3, ", "", "retryStrategy.attempts: expected 1 to 10 attempts, as evaluateOnExit needs them"},
        {"\"action\": \"retry\"", "\"action\": \"RETRYING\"", "action: expected RETRY or EXIT; got \"RETRYING\""},
        {", \"action\": \"retry\"", "", "doc.json:21: jobDefinitions.job.retryStrategy.evaluateOnExit[0].action"},
        {"Host EC2*", "Host (EC2)", "evaluateOnExit[0].onStatusReason: expected letters"},
        {"Host EC2*", "Host * EC2*", "one '*' at the end at most"},
        {"\"13*\"", "\"1x\"", "onExitCode: expected digits, with one '*'"},
        {"\"13*\"", "\"\"", "onExitCode: expected digits"},
        {"\"13*\"", "13", "onExitCode: expected a string"},
        {"Seconds\": 60", "Seconds\": 59", "doc.json:23: jobDefinitions.job.timeout.attemptDurationSeconds"},
        {"\"container\"", "\"multinode\"", "\"multinode\" is not modelled"},
        {"\"container\"", "\"container\", \"platformCapabilities\": [\"FARGATE\"]",
         "platformCapabilities[0]: \"FARGATE\""},
        {"\"container\"", "\"container\", \"nodeProperties\": {\"numNodes\": 2}", "nodeProperties: is not modelled"},
        {"\"container\"", "\"container\", \"ecsProperties\": {\"taskProperties\": [{}]}", "ecsProperties: is not"},
        {"{\"jobDefinitionName\": \"job\"",
         "{\"jobDefinitionName\": \"job\", \"containerProperties\": {\"vcpus\": 1, "
         "\"memory\": 9}}, {\"jobDefinitionName\": \"job\"",
         "is the name of jobDefinitions[0] already; keep one revision"},
    };
    check_refusals(rows, sizeof rows / sizeof rows[0]);
}

static void scenario_names_the_place_when_the_workload_is_wrong(void **state)
{
    (void)state;
    static const struct refusal rows[] = {
        {"\"logs/a.swf\"", "\"\"", "doc.json:25: workload.trace: expected the path of a trace; got nothing"},
        {"\"logs/a.swf\"", "5", "workload.trace: expected a string"},
        {"\"logs/a.swf\"", "\"a\", \"generator\": {}", "workload.generator: there is a trace too"},
        {"\"trace\": \"logs/a.swf\"", "\"generator\": {\"model\": \"downey\"}", "expected one of lublin, poisson"},
        {"\"trace\": \"logs/a.swf\"", "\"generator\": 1", "workload.generator: expected an object with a model"},
        {"\"trace\": \"logs/a.swf\"", "\"generator\": {\"model\": \"lublin\", \"processors\": 1}",
         "from 16 to 1048576"},
        {"\"trace\": \"logs/a.swf\"", "\"generator\": {\"model\": \"lublin\", \"processors\": 64}",
         "workload.jobs: expected a whole number from 1 to 1000000000000; got nothing"},
        {"\"trace\": \"logs/a.swf\"", "\"jobs\": 1, \"generator\": {\"model\": \"lublin\", \"processors\": 64}",
         "workload.memory.rule: generated jobs request no memory"},
        {"\"trace\": \"logs/a.swf\"", "\"generator\": {\"model\": \"poisson\", \"ratePerSecond\": 0}",
         "a number above 0"},
        {"\"trace\": \"logs/a.swf\"", "\"generator\": {\"model\": \"poisson\", \"ratePerSecond\": 1}",
         "workload.generator.run: expected a number of seconds or an object of one member"},
        {"\"trace\": \"logs/a.swf\"", "\"generator\": {\"model\": \"poisson\", \"column\": \"both\"}", "unknown key"},
        {"\"job:3\"", "\"jib:3\"", "workload.jobDefinition: no job definition is called \"jib:3\"; there are job"},
        {"\"job:3\"", "\"job\", \"jobQueue\": \"night\"", "no job queue is called \"night\"; there are day"},
        {"\"requested\"", "\"request\"", "did you mean \"requested\"?"},
        {"\"clip\"", "\"clop\"", "expected one of reject, clip; got \"clop\"; did you mean \"clip\"?"},
        {"\"clip\"", "\"clip\", \"vcpusPerProcessor\": 0.0005", "a number from 0.001 to 1024"},
        {"\"clip\"", "\"clip\", \"vcpusPerProcessor\": 0.0015", "whole thousandths of a vCPU"},
        {"\"clip\"", "\"clip\", \"jobs\": 0", "workload.jobs: expected a whole number from 1"},
        {"\"mibPerProcessor\": 512", "\"mibPerProcessor\": 0", "doc.json:26: workload.memory.mibPerProcessor"},
        {"\"workload\"", "\"Workload\"", "doc.json:25: Workload: unknown key; did you mean \"workload\"?"},
        {"\"workload\"", "\"description\"", "description: expected a string"},
    };
    check_refusals(rows, sizeof rows / sizeof rows[0]);
}

static void scenario_names_the_place_when_the_world_is_wrong(void **state)
{
    (void)state;
    static const struct refusal rows[] = {
        {"\"seed\": 7", "\"\\u0073eed\": -8", "doc.json:27: world.seed: expected a whole number from 0"},
        {"\"seed\": 7", "\"seed\": -1", "doc.json:27: world.seed: expected a whole number from 0"},
        {"[\"z1\", \"z2\"]", "[\"z1\", \"z1\"]", "world.zones[1]: \"z1\" is there already"},
        {"[\"z1\", \"z2\"]", "[\"\"]", "world.zones[0]: expected the name of a zone"},
        {"[1, 2.5]", "[3, 2.5]", "doc.json:28: world.delays.boot.uniform: expected [least, most]; got [3, 2.5]"},
        {"[1, 2.5]", "[1]", "an array of 2 to 2 numbers"},
        {"[1, 2.5]", "[-1, 1]", "boot.uniform[0]: expected a number from 0 to 1000000000; got -1"},
        {"{\"uniform\": [1, 2.5]}", "{\"uniform\": [1, 2], \"constant\": 1}", "an object of one member"},
        {"{\"uniform\": [1, 2.5]}", "{\"log-normal\": [1, 2]}", "log-normal: unknown key; did you mean \"lognormal\"?"},
        {"{\"uniform\": [1, 2.5]}", "{\"lognormal\": {\"mu\": 1}}",
         "sigma: expected a number from 0 to 10; got nothing"},
        {"{\"uniform\": [1, 2.5]}", "{\"gamma\": {\"shape\": 0, \"scale\": 1}}", "shape: expected a number above 0"},
        {"{\"uniform\": [1, 2.5]}", "{\"exponential\": 0}", "exponential: expected a number above 0"},
        {"{\"uniform\": [1, 2.5]}", "-3", "world.delays.boot: expected a number from 0 to 1000000000; got -3"},
        {"\"launch\"", "\"lunch\"", "did you mean \"launch\"?"},
        {", \"meanHours\": 4", "", "meanHours: expected a number above 0"},
        {"\"exponential\", \"meanHours\"", "\"never\", \"meanHours\"", "is for the model exponential only"},
        {"\"discountPercent\": 70", "\"discountPercent\": 101", "a whole number from 0 to 100; got 101"},
        {"\"discountPercent\": 70", "\"discountPercent\": 7.5", "0 to 100 or \"advisor\"; got 7.5"},
        {"Seconds\": 0,", "Seconds\": -1,", "doc.json:30: world.scheduler.placementPeriodSeconds"},
        {"\"scheduler\": {", "\"scheduler\": {\"placementPolicy\": \"bestfit\", ", "did you mean \"best-fit\"?"},
        {"\"scheduler\": {", "\"scheduler\": {\"dispatchPolicy\": 4, ", "dispatchPolicy: expected a string"},
    };
    check_refusals(rows, sizeof rows / sizeof rows[0]);
}

static void scenario_gives_line_and_column_when_the_syntax_is_wrong(void **state)
{
    (void)state;
    static const struct refusal rows[] = {
        {"\"maxvCpus\": 64,", "\"maxvCpus\": 64 ", "doc.json:5:"},
        {"\"seed\": 7", "\"seed\": 7, \"seed\": 8", "duplicate object key"},
        {"\"seed\": 7", "\"seed\": NaN", "doc.json:27:"},
        {"\"seed\": 7", "\"seed\": \"\\u0000\"", "doc.json:27:"},
    };
    check_refusals(rows, sizeof rows / sizeof rows[0]);
    check_refused("", "doc.json: the document is empty");
    check_refused(" \n\t ", "doc.json: the document is empty");
    check_refused("[]", "doc.json:1: expected an object; got an array of 0");
    check_refused("{}",
                  "doc.json:1: computeEnvironments: expected an array of 1 to 64 compute environments; got nothing");
    check_refused("7", "doc.json:1:");
    check_refused("{\"a\": 1} {", "doc.json:1:");
    check_refused("{\"workload\": {", "doc.json:1:");
    check_refused("\x1f\x8b\x08", "doc.json:1:");
    check_refused("{\"\x1b[31m\": 1}", "doc.json:1:");
    check_refused("{\"\\u001b[31m\": 1}", "?[31m: unknown key");
}

static void scenario_is_refused_when_nested_beyond_reason(void **state)
{
    (void)state;
    char text[DOCUMENT_MAX];
    memset(text, '[', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    check_refused(text, "maximum parsing depth reached");
}

static void scenario_load_names_the_file_when_it_cannot_be_read(void **state)
{
    (void)state;
    struct workload_scenario *scenario = NULL;
    struct batch_error error;
    assert_int_equal(workload_scenario_load("no/such.json", NULL, 0, &scenario, &error), BATCH_E_INPUT);
    t_assert_contains(error.text, "no/such.json: cannot be opened: No such file");
    assert_int_equal(workload_scenario_load("/", NULL, 0, &scenario, &error), BATCH_E_INPUT);
    t_assert_contains(error.text, "/: cannot be read: Is a directory");
    assert_int_equal(workload_scenario_load("/dev/zero", NULL, 0, &scenario, &error), BATCH_E_INPUT);
    t_assert_contains(error.text, "/dev/zero: larger than 16 MiB");
    assert_int_equal(workload_scenario_load("/dev/null", NULL, 0, &scenario, NULL), BATCH_E_INPUT);
    assert_null(scenario);
}

static void scenario_loads_when_it_is_one_of_the_shipped_documents(void **state)
{
    (void)state;
    struct workload_scenario *scenario = NULL;
    struct batch_error error;
    static const char *const sets[] = {"workload.trace=a.swf"};
    assert_int_equal(workload_scenario_load("data/scenarios/default.json", sets, 1, &scenario, &error), BATCH_OK);
    assert_string_equal(scenario->workload.path, "a.swf");
    assert_int_equal(scenario->environments[scenario->queues[0].environments[0]].market, BATCH_MARKET_SPOT);
    assert_int_equal(scenario->environments[1].vcpu_max, 4096);
    assert_int_equal(scenario->workload.wide_rule, WORKLOAD_WIDE_CLIP);
    assert_int_equal(scenario->definitions[0].attempts, 10);
    workload_scenario_destroy(scenario);
    scenario = NULL;
    assert_int_equal(workload_scenario_load("data/scenarios/default.json", NULL, 0, &scenario, &error), BATCH_E_INPUT);
    t_assert_contains(error.text, "--set workload.trace=PATH");
    assert_int_equal(workload_scenario_load("data/scenarios/sample.json", NULL, 0, &scenario, &error), BATCH_OK);
    assert_string_equal(scenario->workload.path, "data/scenarios/../sample.swf.gz");
    workload_scenario_destroy(scenario);
    assert_int_equal(workload_scenario_load("data/scenarios/two-queues.json", NULL, 0, &scenario, &error), BATCH_OK);
    assert_true(scenario->queues[0].priority > scenario->queues[1].priority);
    assert_int_equal(scenario->workload.route_count, 2);
    workload_scenario_destroy(scenario);
}

static size_t allocations_left;

static void *allocate_while_any_is_left(size_t size)
{
    if (allocations_left == 0) {
        return NULL;
    }
    allocations_left--;
    return malloc(size);
}

/* The sanitizer's leak check is the other half of this test. */
static void scenario_is_refused_when_the_json_library_has_no_memory(void **state)
{
    (void)state;
    static const char *const sets[] = {"world.delays.boot.uniform=[1, 2]", "workload.trace=b.swf"};
    struct workload_scenario *scenario = NULL;
    struct batch_error error = {BATCH_OK, ""};
    size_t refused = 0;
    json_set_alloc_funcs(allocate_while_any_is_left, free);
    while (scenario == NULL && refused < 10000) {
        allocations_left = refused++;
        if (workload_scenario_parse("doc.json", "", base, strlen(base), sets, 2, &scenario, &error) != BATCH_OK) {
            assert_null(scenario);
            assert_int_not_equal(error.rc, BATCH_OK);
        }
    }
    json_set_alloc_funcs(malloc, free);
    assert_in_range(refused, 100, 9999);
    workload_scenario_destroy(scenario);
}

static void scenario_canonical_is_the_same_when_members_are_in_another_order(void **state)
{
    (void)state;
    char text[DOCUMENT_MAX];
    replace(text, "\"seed\": 7, \"zones\": [\"z1\", \"z2\"]", "\"zones\": [\"z1\",   \"z2\"], \"seed\": 7");
    struct workload_scenario *a = parse_good(base);
    struct workload_scenario *b = parse_good(text);
    assert_string_equal(a->canonical, b->canonical);
    t_assert_contains(a->canonical, "{\"computeEnvironments\":[{\"computeEnvironmentName\":\"spot\",");
    workload_scenario_destroy(a);
    workload_scenario_destroy(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scenario_reads_environments_when_in_the_shape_of_describe),
        cmocka_unit_test(scenario_reads_queues_and_definitions_when_given_arns_and_revisions),
        cmocka_unit_test(scenario_reads_workload_and_world_when_given),
        cmocka_unit_test(scenario_takes_presets_when_world_is_absent),
        cmocka_unit_test(scenario_accepts_variants_when_aws_prints_them),
        cmocka_unit_test(scenario_names_the_place_when_an_environment_is_wrong),
        cmocka_unit_test(scenario_names_the_place_when_a_queue_is_wrong),
        cmocka_unit_test(scenario_names_the_place_when_a_definition_is_wrong),
        cmocka_unit_test(scenario_names_the_place_when_the_workload_is_wrong),
        cmocka_unit_test(scenario_names_the_place_when_the_world_is_wrong),
        cmocka_unit_test(scenario_gives_line_and_column_when_the_syntax_is_wrong),
        cmocka_unit_test(scenario_is_refused_when_nested_beyond_reason),
        cmocka_unit_test(scenario_load_names_the_file_when_it_cannot_be_read),
        cmocka_unit_test(scenario_loads_when_it_is_one_of_the_shipped_documents),
        cmocka_unit_test(scenario_is_refused_when_the_json_library_has_no_memory),
        cmocka_unit_test(scenario_canonical_is_the_same_when_members_are_in_another_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * --set: what a path reaches, what it creates, and where a wrong one is said to stop.
 */
#include "workloads/scenario.h"

#include "tests/support/t_assert.h"

#include <string.h>

static const char document[] =
    "{\"computeEnvironments\": [\n"
    " {\"computeEnvironmentName\": \"spot\", \"computeResources\": {\n"
    "   \"type\": \"SPOT\", \"maxvCpus\": 64, \"instanceTypes\": [\"c5\", \"m5\"]}},\n"
    " {\"computeEnvironmentName\": \"steady\", \"computeResources\": {\n"
    "   \"type\": \"EC2\", \"maxvCpus\": 64, \"instanceTypes\": [\"c5\"]}}],\n"
    " \"jobQueues\": [{\"jobQueueName\": \"q\", \"priority\": 1, \"computeEnvironmentOrder\": [\n"
    "   {\"order\": 1, \"computeEnvironment\": \"spot\"}]}],\n"
    " \"jobDefinitions\": [{\"jobDefinitionName\": \"d\", \"containerProperties\": {\"vcpus\": 1, \"memory\": 64}}],\n"
    " \"workload\": {\"trace\": \"a.swf\"}}\n";

static enum batch_rc parse(const char *const *sets, size_t count, struct workload_scenario **ret,
                           struct batch_error *error)
{
    return workload_scenario_parse("doc.json", "runs", document, strlen(document), sets, count, ret, error);
}

static struct workload_scenario *parse_good(const char *const *sets, size_t count)
{
    struct workload_scenario *scenario = NULL;
    struct batch_error error = {BATCH_OK, ""};
    if (parse(sets, count, &scenario, &error) != BATCH_OK) {
        fail_msg("%s", error.text);
    }
    return scenario;
}

static void set_replaces_values_when_paths_name_them(void **state)
{
    (void)state;
    static const char *const sets[] = {
        "computeEnvironments.steady.computeResources.maxvCpus=256",
        "computeEnvironments.spot.computeResources.instanceTypes[1]=r5.large",
        "jobQueues.q.priority=7",
        "jobDefinitions.d.containerProperties.memory=4096",
        "computeEnvironments.spot.computeResources.maxvCpus=1",
        "computeEnvironments.spot.computeResources.maxvCpus=2",
    };
    struct workload_scenario *scenario = parse_good(sets, sizeof sets / sizeof sets[0]);
    assert_int_equal(scenario->environments[1].vcpu_max, 256);
    assert_int_equal(scenario->environments[0].vcpu_max, 2);
    assert_string_equal(scenario->environments[0].instance_types[1], "r5.large");
    assert_int_equal(scenario->queues[0].priority, 7);
    assert_int_equal(scenario->definitions[0].resources.mib, 4096);
    t_assert_contains(scenario->canonical, "\"maxvCpus\":256");
    workload_scenario_destroy(scenario);
}

static void set_creates_members_when_objects_lack_them(void **state)
{
    (void)state;
    static const char *const sets[] = {"world.seed=7", "world.delays.boot.uniform=[1, 2]", "workload.jobs=100",
                                       "description=", "world.zones=[\"a\"]"};
    struct workload_scenario *scenario = parse_good(sets, sizeof sets / sizeof sets[0]);
    t_assert_u64(scenario->world.seed, 7);
    assert_int_equal(scenario->world.boot.family, WORKLOAD_FAMILY_UNIFORM);
    t_assert_u64(scenario->workload.jobs_max, 100);
    assert_string_equal(scenario->world.zones[0], "a");
    workload_scenario_destroy(scenario);
}

static void set_takes_text_when_the_value_is_not_json(void **state)
{
    (void)state;
    static const char *const sets[] = {"workload.trace=logs/b=c.swf", "world.spot.discountPercent=advisor"};
    struct workload_scenario *scenario = parse_good(sets, 2);
    assert_string_equal(scenario->workload.path_written, "logs/b=c.swf");
    workload_scenario_destroy(scenario);
}

/* Whoever types a path expects it to start where they stand; the document's own starts at the document. */
static void set_trace_is_relative_to_the_process_when_given_on_the_command_line(void **state)
{
    (void)state;
    static const char *const sets[] = {"workload.trace=b.swf"};
    struct workload_scenario *scenario = parse_good(sets, 1);
    assert_string_equal(scenario->workload.path, "b.swf");
    workload_scenario_destroy(scenario);
    scenario = parse_good(NULL, 0);
    assert_string_equal(scenario->workload.path, "runs/a.swf");
    workload_scenario_destroy(scenario);
}

static void set_sends_jobs_to_queues_in_both_forms(void **state)
{
    (void)state;
    static const char *const one[] = {"workload.jobQueue=q"};
    struct workload_scenario *scenario = parse_good(one, 1);
    assert_int_equal(scenario->workload.route_count, 0);
    workload_scenario_destroy(scenario);
    static const char *const whole[] = {"workload.jobQueue={\"byQueueNumber\": {\"4\": \"q\"}}",
                                        "workload.jobQueue.byQueueNumber.-1=q"};
    scenario = parse_good(whole, 2);
    assert_int_equal(scenario->workload.route_count, 2);
    assert_true(scenario->workload.refuses_unrouted);
    workload_scenario_destroy(scenario);
    static const char *const member[] = {"workload.jobQueue={}", "workload.jobQueue.byQueueNumber.*=q"};
    scenario = parse_good(member, 2);
    assert_false(scenario->workload.refuses_unrouted);
    t_assert_contains(scenario->canonical, "\"jobQueue\":{\"byQueueNumber\":{\"*\":\"q\"}}");
    workload_scenario_destroy(scenario);
    static const char *const wrong[] = {"workload.jobQueue={\"byQueueNumber\": {\"4\": \"p\"}}"};
    struct batch_error error = {BATCH_OK, ""};
    assert_int_equal(parse(wrong, 1, &scenario, &error), BATCH_E_INPUT);
    t_assert_contains(error.text, "workload.jobQueue.byQueueNumber.4 (from --set workload.jobQueue=");
}

/* A name is told only where --set would take it. */
static void faults_are_placed_by_index_when_a_name_does_not_lead_there(void **state)
{
    (void)state;
    static const struct {
        const char *set, *expected;
    } rows[] = {
        {"computeEnvironments[1].computeEnvironmentName=spot", "computeEnvironments[1].computeEnvironmentName (from"},
        {"computeEnvironments[1].computeEnvironmentName=a.b", "computeEnvironments[1].computeEnvironmentName (from"},
        {"computeEnvironments[1].computeEnvironmentName=7", "computeEnvironments[1].computeEnvironmentName (from"},
        {"computeEnvironments[1].type=7", "computeEnvironments.steady.type (from"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct workload_scenario *scenario = NULL;
        struct batch_error error = {BATCH_OK, ""};
        assert_int_equal(parse(&rows[i].set, 1, &scenario, &error), BATCH_E_INPUT);
        t_assert_contains(error.text, rows[i].expected);
    }
}

static void set_replaces_an_element_when_the_path_ends_at_its_name(void **state)
{
    (void)state;
    static const char *const sets[] = {
        "jobQueues.q={\"jobQueueName\": \"night\", \"priority\": 2, "
        "\"computeEnvironmentOrder\": [{\"order\": 1, \"computeEnvironment\": \"steady\"}]}"};
    struct workload_scenario *scenario = parse_good(sets, 1);
    assert_string_equal(scenario->queues[0].name, "night");
    assert_int_equal(scenario->queues[0].environments[0], 1);
    assert_int_equal(scenario->queues[0].line, 0);
    assert_int_equal(scenario->environments[1].line, 4);
    workload_scenario_destroy(scenario);
}

static void set_is_refused_when_the_path_leaves_the_document(void **state)
{
    (void)state;
    static const struct {
        const char *set;
        enum batch_rc rc;
        const char *expected;
    } rows[] = {
        {"computeEnvironments.sport.computeResources.maxvCpus=1", BATCH_E_INPUT,
         "computeEnvironments is an array of 2; it has no element named \"sport\"; its elements are spot, steady"},
        {"computeEnvironments[2].type=EC2", BATCH_E_INPUT, "computeEnvironments is an array of 2; the index is beyond"},
        {"computeEnvironments[999999999].type=EC2", BATCH_E_INPUT, "the index is beyond it"},
        {"jobQueues.q.priority.deep=1", BATCH_E_INPUT, "jobQueues.q.priority is 1; the path cannot go on below it"},
        {"workload[0]=1", BATCH_E_INPUT, "workload is an object; [index] needs an array"},
        {"world.zones[0]=a", BATCH_E_INPUT, "world.zones is nothing; there is no such array; give the whole array"},
        {"computeEnvironments.spot.computeResources.instanceTypes.c5=1", BATCH_E_INPUT, "use [index]"},
        {"world.sed=7", BATCH_E_INPUT,
         "doc.json: world.sed (from --set world.sed=7): unknown key; did you mean \"seed\"?"},
        {"wrold.seed=7", BATCH_E_INPUT,
         "doc.json: wrold (from --set wrold.seed=7): unknown key; did you mean \"world\"?"},
        {"world.seed=-7", BATCH_E_INPUT, "doc.json: world.seed (from --set world.seed=-7): expected a whole number"},
        {"world.seed=seven", BATCH_E_INPUT, "got \"seven\""},
        {"world.seed=99999999999999999999", BATCH_E_INPUT, "got \"99999999999999999999\""},
        {"workload={}", BATCH_E_INPUT, "doc.json: workload.trace (from --set workload={}): expected the path"},
        {"computeEnvironments.spot.computeResources.maxvCpus={\"a\":1,\"a\":2}", BATCH_E_INPUT, "got \"{"},
        {"jobQueues.q.jobQueueName=a b", BATCH_E_INPUT, "jobQueues[0].jobQueueName (from --set "},
        {"world.seed", BATCH_E_USAGE, "--set world.seed: expected path=value"},
        {"=7", BATCH_E_USAGE, "expected path=value"},
        {"", BATCH_E_USAGE, "expected path=value"},
        {".seed=7", BATCH_E_USAGE, "expected path=value"},
        {"world..seed=7", BATCH_E_USAGE, "expected path=value"},
        {"world.=7", BATCH_E_USAGE, "expected path=value"},
        {"a[=7", BATCH_E_USAGE, "expected path=value"},
        {"a[]=7", BATCH_E_USAGE, "expected path=value"},
        {"a[-1]=7", BATCH_E_USAGE, "expected path=value"},
        {"a[0]b=7", BATCH_E_USAGE, "expected path=value"},
        {"[0]=7", BATCH_E_USAGE, "expected path=value"},
        {"a]=7", BATCH_E_USAGE, "expected path=value"},
        {"a[99999999999]=7", BATCH_E_USAGE, "expected path=value"},
        {"a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q=7", BATCH_E_USAGE, "at most 16 steps"},
        {"workload.trace=\xff", BATCH_E_USAGE, "the value is not UTF-8 text"},
        {"workload.\xff=1", BATCH_E_INPUT, "is its name UTF-8 text?"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *const sets[] = {"jobQueues.q.priority=1", rows[i].set};
        struct workload_scenario *scenario = NULL;
        struct batch_error error = {BATCH_OK, ""};
        assert_int_equal(parse(sets, 2, &scenario, &error), rows[i].rc);
        assert_null(scenario);
        t_assert_contains(error.text, rows[i].expected);
    }
}

static void set_leaves_the_line_of_the_document_when_the_fault_is_elsewhere(void **state)
{
    (void)state;
    static const char *const sets[] = {"jobQueues.q.priority=1",
                                       "computeEnvironments.spot.computeResources.minvCpus=65"};
    struct workload_scenario *scenario = NULL;
    struct batch_error error = {BATCH_OK, ""};
    assert_int_equal(parse(sets, 2, &scenario, &error), BATCH_E_INPUT);
    t_assert_contains(error.text, "minvCpus (from --set computeEnvironments.spot");
    static const char *const later[] = {"computeEnvironments.spot.computeResources.minvCpus=1",
                                        "computeEnvironments.spot.computeResources.maxvCpus=8",
                                        "computeEnvironments.spot.computeResources.desiredvCpus=9"};
    assert_int_equal(parse(later, 3, &scenario, &error), BATCH_E_INPUT);
    t_assert_contains(error.text, "which is 1 to 8; got 9");
    static const char *const queue[] = {"computeEnvironments.spot.computeEnvironmentName=other"};
    assert_int_equal(parse(queue, 1, &scenario, &error), BATCH_E_INPUT);
    t_assert_contains(error.text, "doc.json:7: jobQueues.q.computeEnvironmentOrder[0].computeEnvironment: no compute");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(set_replaces_values_when_paths_name_them),
        cmocka_unit_test(set_creates_members_when_objects_lack_them),
        cmocka_unit_test(set_takes_text_when_the_value_is_not_json),
        cmocka_unit_test(set_trace_is_relative_to_the_process_when_given_on_the_command_line),
        cmocka_unit_test(set_sends_jobs_to_queues_in_both_forms),
        cmocka_unit_test(faults_are_placed_by_index_when_a_name_does_not_lead_there),
        cmocka_unit_test(set_replaces_an_element_when_the_path_ends_at_its_name),
        cmocka_unit_test(set_is_refused_when_the_path_leaves_the_document),
        cmocka_unit_test(set_leaves_the_line_of_the_document_when_the_fault_is_elsewhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

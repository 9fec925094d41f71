#include "base/option.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char *const sizes[] = {"small", "large", NULL};

static const struct option_spec globals[] = {
    {.name = "config",
     .letter = 'c',
     .argument = "FILE",
     .type = OPTION_TYPE_FILE,
     .help = "h"},
    {.name = "set",
     .argument = "PATH=VALUE",
     .type = OPTION_TYPE_TEXT,
     .repeats = true,
     .help = "h"},
    {.name = "quiet", .letter = 'q', .type = OPTION_TYPE_FLAG, .help = "h"},
    {.name = "verbose", .letter = 'v', .type = OPTION_TYPE_FLAG, .help = "h"},
};
static const struct option_spec show_options[] = {
    {.name = "json", .type = OPTION_TYPE_FLAG, .help = "h"},
    {.name = "limit", .letter = 'n', .argument = "N", .type = OPTION_TYPE_COUNT, .help = "h"},
    {.name = "size",
     .argument = "SIZE",
     .type = OPTION_TYPE_CHOICE,
     .choices = sizes,
     .help = "h"},
};
static const struct option_spec ingest_options[] = {
    {.name = "wait", .argument = "S", .type = OPTION_TYPE_OPTIONAL_COUNT, .help = "h"},
};
static const struct option_command commands[] = {
    {.name = "show",
     .arguments = "KIND [ID]",
     .min_arguments = 1,
     .max_arguments = 2,
     .options = show_options,
     .option_count = 3},
    {.name = "ingest", .arguments = "", .options = ingest_options, .option_count = 1},
};
static const struct option_table table = {.program = "p",
                                          .options = globals,
                                          .option_count = 4,
                                          .commands = commands,
                                          .command_count = 2};

/* Parses a command line of up to 15 words separated by single spaces. */
static enum status parse(const char *line, char *storage, size_t size,
                         struct option_result *result, struct error *err)
{
    char *argv[17] = {storage};
    int argc = 1;
    assert_true(strlen(line) + 3 < size);
    memcpy(storage, "p", 2);
    char *next = storage + 2;
    memcpy(next, line, strlen(line) + 1);
    while (*next != '\0' && argc < 16) {
        argv[argc++] = next;
        next += strcspn(next, " ");
        if (*next == ' ') {
            *next++ = '\0';
        }
    }
    argv[argc] = NULL;
    return option_parse(&table, argc, argv, result, err);
}

/* "command|config|limit|arguments" of a result, for comparison. */
static void describe(const struct option_result *result, struct buf *out)
{
    const char *config = option_text(result, "config");
    (void)buf_printf(out, "%s|%s|%d|", result->command != NULL ? result->command->name : "-",
                     config != NULL ? config : "-", (int)option_count(result, "limit", -1));
    for (size_t i = 0; i < result->argument_count; i++) {
        (void)buf_printf(out, "%s%s", i == 0 ? "" : " ", result->arguments[i]);
    }
    (void)buf_printf(out, "|%s%s%s", option_is_set(result, "quiet") ? "q" : "",
                     option_is_set(result, "verbose") ? "v" : "",
                     option_is_set(result, "json") ? "j" : "");
}

static void test_good_lines(void **state)
{
    static const struct {
        const char *in;
        const char *want;
    } cases[] = {
        {"", "-|-|-1||"},
        {"ingest -c a.yaml", "ingest|a.yaml|-1||"},
        {"-c a.yaml ingest", "ingest|a.yaml|-1||"},
        {"-ca.yaml ingest", "ingest|a.yaml|-1||"},
        {"--config=a.yaml ingest", "ingest|a.yaml|-1||"},
        {"ingest --config a.yaml", "ingest|a.yaml|-1||"},
        {"ingest --config=", "ingest||-1||"},
        {"ingest -c -", "ingest|-|-1||"},
        {"ingest -c a -c b", "ingest|b|-1||"},
        {"show projects x --limit 5", "show|-|5|projects x|"},
        {"--limit 5 show projects", "show|-|5|projects|"},
        {"-n5 --json show projects", "show|-|5|projects|j"},
        {"-qv show tables", "show|-|-1|tables|qv"},
        {"-qvc f show tables", "show|f|-1|tables|qv"},
        {"show -- --json", "show|-|-1|--json|"},
        {"-- show tables", "show|-|-1|tables|"},
        {"show - x", "show|-|-1|- x|"},
        {"show show", "show|-|-1|show|"},
        {"show x --size LARGE", "show|-|-1|x|"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct option_result result;
        struct error err = ERROR_INIT;
        char storage[256];
        struct buf got;
        buf_init(&got, 1024);
        assert_int_equal(parse(cases[i].in, storage, sizeof(storage), &result, &err), OK);
        describe(&result, &got);
        assert_string_equal(buf_cstr(&got), cases[i].want);
        buf_free(&got);
        option_result_free(&result);
    }
}

static void test_bad_lines(void **state)
{
    static const struct {
        const char *in;
        const char *want;
    } cases[] = {
        {"shwo", "unknown command 'shwo'. Did you mean 'show'?"},
        {"INGEST", "unknown command 'INGEST'. Did you mean 'ingest'?"},
        {"ing", "unknown command 'ing'. Did you mean 'ingest'?"},
        {"frobnicate", "unknown command 'frobnicate'"},
        {"show --jsn", "unknown option '--jsn'. Did you mean '--json'?"},
        {"--jsn show", "unknown option '--jsn'. Did you mean '--json'?"},
        {"ingest --conf=x", "unknown option '--conf'. Did you mean '--config'?"},
        {"ingest --zzzzzz", "unknown option '--zzzzzz'"},
        {"ingest -z", "unknown option '-z'"},
        {"ingest -qz", "unknown option '-z'"},
        {"ingest -c", "option '--config' needs a value: --config FILE"},
        {"ingest --config", "option '--config' needs a value: --config FILE"},
        {"--quiet=yes ingest", "option '--quiet' takes no value"},
        {"ingest --json", "'ingest' has no option '--json'"},
        {"--json ingest", "'ingest' has no option '--json'"},
        {"--json", "option '--json' needs a command"},
        {"show x --limit -1", "--limit: '-1' is not a whole number from 0"},
        {"show x --limit 5x", "--limit: '5x' is not a whole number from 0"},
        {"show x --limit=", "--limit: '' is not a whole number from 0"},
        {"show x -n 9223372036854775808",
         "--limit: '9223372036854775808' is not a whole number from 0"},
        {"show x --size medium", "--size: 'medium' is not one of small, large"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct option_result result;
        struct error err = ERROR_INIT;
        char storage[256];
        assert_int_equal(parse(cases[i].in, storage, sizeof(storage), &result, &err),
                         ERR_CONFIG);
        assert_string_equal(err.message, cases[i].want);
        option_result_free(&result);
    }
}

static void test_repeated_option_keeps_all_values(void **state)
{
    struct option_result result;
    struct error err = ERROR_INIT;
    char storage[64];
    (void)state;
    assert_int_equal(
        parse("--set a=1 ingest --set=b=2", storage, sizeof(storage), &result, &err), OK);
    assert_string_equal(option_nth(&result, "set", 0), "a=1");
    assert_string_equal(option_nth(&result, "set", 1), "b=2");
    assert_null(option_nth(&result, "set", 2));
    option_result_free(&result);
}

static void test_choice_comes_as_the_table_spells_it(void **state)
{
    struct option_result result;
    struct error err = ERROR_INIT;
    char storage[64];
    (void)state;
    assert_int_equal(parse("show x --size=LARGE", storage, sizeof(storage), &result, &err), OK);
    assert_string_equal(option_text(&result, "size"), "large");
    option_result_free(&result);
}

static void test_value_may_be_left_out(void **state)
{
    static const struct {
        const char *in;
        enum status want;
        int count;
    } cases[] = {{"ingest --wait", OK, -1},          {"ingest --wait=60", OK, 60},
                 {"--wait ingest", OK, -1},          {"ingest --wait=60 --wait", OK, -1},
                 {"ingest --wait=x", ERR_CONFIG, 0}, {"ingest --wait=", ERR_CONFIG, 0},
                 {"ingest --wait=-1", ERR_CONFIG, 0}};
    struct buf synopsis;
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct option_result result;
        struct error err = ERROR_INIT;
        char storage[256];
        assert_int_equal(parse(cases[i].in, storage, sizeof(storage), &result, &err),
                         cases[i].want);
        if (cases[i].want == OK) {
            assert_true(option_is_set(&result, "wait"));
            assert_int_equal(option_count(&result, "wait", -1), cases[i].count);
            assert_string_equal(result.command->name, "ingest");
        }
        option_result_free(&result);
    }
    buf_init(&synopsis, 64);
    option_write_synopsis(&ingest_options[0], &synopsis);
    assert_string_equal(buf_cstr(&synopsis), "--wait[=S]");
    buf_free(&synopsis);
}

static void test_number_of_arguments(void **state)
{
    static const struct {
        const char *in;
        const char *want; /* NULL: right */
    } cases[] = {
        {"show tables", NULL},
        {"show tables x", NULL},
        {"show", "'show' needs more: show KIND [ID]"},
        {"show a b c", "'show' does not know what to do with 'c'"},
        {"ingest x", "'ingest' does not know what to do with 'x'"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct option_result result;
        struct error err = ERROR_INIT;
        char storage[64];
        assert_int_equal(parse(cases[i].in, storage, sizeof(storage), &result, &err), OK);
        enum status status = option_check_arguments(&result, &err);
        assert_int_equal(status, cases[i].want == NULL ? OK : ERR_CONFIG);
        assert_string_equal(err.message, cases[i].want == NULL ? "" : cases[i].want);
        option_result_free(&result);
    }
}

static void test_parse_failure_still_names_the_command(void **state)
{
    struct option_result result;
    struct error err = ERROR_INIT;
    char storage[64];
    (void)state;
    assert_int_equal(parse("show --nope", storage, sizeof(storage), &result, &err), ERR_CONFIG);
    assert_non_null(result.command);
    assert_string_equal(result.command->name, "show");
    option_result_free(&result);
}

static void test_table_contradictions_are_found(void **state)
{
    static const struct option_spec bad[] = {
        {.name = "other", .letter = 'c', .type = OPTION_TYPE_FLAG, .help = "h"}};
    static const struct option_command bad_commands[] = {
        {.name = "x", .arguments = "", .options = bad, .option_count = 1}};
    struct option_table contradictory = table;
    struct error err = ERROR_INIT;
    (void)state;
    assert_int_equal(option_table_check(&table, &err), OK);
    contradictory.commands = bad_commands;
    contradictory.command_count = 1;
    assert_int_equal(option_table_check(&contradictory, &err), ERR_BUG);
    assert_string_equal(err.message, "--config and --other collide in one command");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good_lines),
        cmocka_unit_test(test_bad_lines),
        cmocka_unit_test(test_repeated_option_keeps_all_values),
        cmocka_unit_test(test_choice_comes_as_the_table_spells_it),
        cmocka_unit_test(test_value_may_be_left_out),
        cmocka_unit_test(test_number_of_arguments),
        cmocka_unit_test(test_parse_failure_still_names_the_command),
        cmocka_unit_test(test_table_contradictions_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

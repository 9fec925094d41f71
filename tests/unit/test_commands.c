#include "app/cli/commands.h"

#include "app/cli/documentation.h"
#include "catalog/query.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_table_is_consistent(void **state)
{
    struct error err = ERROR_INIT;
    (void)state;
    enum status status = option_table_check(&commands_table, &err);
    assert_string_equal(err.message, "");
    assert_int_equal(status, OK);
}

static void test_help_fits_the_width(void **state)
{
    static const size_t widths[] = {60, 80, 96};
    (void)state;
    for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
        for (size_t j = 0; j < commands_table.command_count; j++) {
            const struct option_command *command = &commands_table.commands[j];
            struct buf got;
            buf_init(&got, 100000);
            help_write(&commands_table, command, widths[i], &got);
            char *end = strstr(buf_cstr(&got), "\nExamples:");
            size_t size = end != NULL ? (size_t)(end - buf_cstr(&got)) : got.size;
            for (size_t at = 0, column = 0; at < size; at++) {
                column = got.data[at] == '\n' ? 0 : column + 1;
                assert_true(column <= widths[i]);
            }
            assert_int_equal(buf_status(&got), OK);
            buf_free(&got);
        }
    }
}

static void test_every_document_names_every_option(void **state)
{
    static const char *const shells[] = {"bash", "zsh", "fish"};
    struct buf texts[4];
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        buf_init(&texts[i], 1000000);
        if (i < 3) {
            assert_true(completion_write(&commands_table, str_from(shells[i]), &texts[i]));
        } else {
            markdown_write(&commands_table, &texts[i]);
        }
        for (size_t j = 0; j < commands_table.command_count; j++) {
            const struct option_command *command = &commands_table.commands[j];
            assert_non_null(strstr(buf_cstr(&texts[i]), command->name));
            for (size_t k = 0; k < command->option_count; k++) {
                assert_non_null(strstr(buf_cstr(&texts[i]), command->options[k].name));
            }
        }
        buf_free(&texts[i]);
    }
}

static void test_kinds_are_those_of_the_catalog(void **state)
{
    const struct option_command *show = option_find_command(&commands_table, STR("show"));
    const struct option_command *export = option_find_command(&commands_table, STR("export"));
    (void)state;
    assert_non_null(show);
    assert_int_equal(show->word_count, query_kind_count);
    for (size_t i = 0; i < query_kind_count; i++) {
        assert_string_equal(show->words[i].name, query_kinds[i].name);
    }
    assert_non_null(export);
    for (size_t i = 0; query_export_kinds[i] != NULL; i++) {
        assert_string_equal(export->options[0].choices[i], query_export_kinds[i]);
        assert_true(export->options[0].choices[i + 1] != NULL ||
                    query_export_kinds[i + 1] == NULL);
    }
}

static void test_unknown_shell_is_refused(void **state)
{
    struct buf got;
    (void)state;
    buf_init(&got, 100);
    assert_false(completion_write(&commands_table, STR("csh"), &got));
    assert_int_equal(got.size, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table_is_consistent),
        cmocka_unit_test(test_help_fits_the_width),
        cmocka_unit_test(test_every_document_names_every_option),
        cmocka_unit_test(test_kinds_are_those_of_the_catalog),
        cmocka_unit_test(test_unknown_shell_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

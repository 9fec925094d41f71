#include "app/sql_wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static void test_answers(void **state)
{
    static const struct {
        const char *question;
        const char *answer;
    } cases[] = {
        {"{\"task\":\"tables\",\"id\":\"1\",\"dialect\":\"snowflake\","
         "\"sql\":\"insert into a select * from b join B using (c)\"}",
         "{\"id\":\"1\",\"reads\":[\"b\"],\"writes\":[\"a\"],\"notes\":[]}\n"},
        {"{\"task\":\"tables\",\"id\":\"2\",\"dialect\":\"postgres\",\"sql\":\"select\\n1 )\"}",
         "{\"id\":\"2\",\"reads\":[],\"writes\":[],\"notes\":[{\"line\":2,\"column\":3,"
         "\"tables\":true,\"text\":\"this is not understood and was skipped\"}]}\n"},
        {"{\"task\":\"columns\",\"id\":\"3\",\"dialect\":\"mysql\",\"sql\":\"select *, 1 from "
         "T\","
         "\"schema\":{\"t\":[\"a\",\"b\"]}}",
         "{\"id\":\"3\",\"columns\":[{\"name\":\"a\",\"from\":[[\"t\",\"a\"]]},"
         "{\"name\":\"b\",\"from\":[[\"t\",\"b\"]]},{\"name\":null,\"from\":[]}],"
         "\"notes\":[]}\n"},
        {"{\"task\":\"notebooks\",\"id\":\"4\",\"connection\":{\"type\":\"postgres\","
         "\"database\":\"d\",\"schema\":\"s\"},\"cells\":[{\"id\":\"x\",\"type\":\"SQL\","
         "\"output_dataframe\":\"f\",\"sql\":\"select * from t\"},{\"id\":\"y\","
         "\"type\":\"SQL\",\"sql\":\"create table u as select * from f\"}]}",
         "{\"id\":\"4\",\"per_cell\":{\"x\":[\"d.s.t\"],\"y\":[]},"
         "\"writes\":{\"x\":[],\"y\":[\"d.s.u\"]},\"deps\":{\"x\":[],\"y\":[\"x\"]},"
         "\"partial\":[],\"project\":[\"d.s.t\"]}\n"},
        {"{\"task\":\"tables\",\"id\":\"5\"}",
         "{\"id\":\"5\",\"reads\":[],\"writes\":[],\"notes\":[]}\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct error err = ERROR_INIT;
        struct buf out;
        buf_init(&out, 10000);
        assert_int_equal(sql_wire_answer(str_from(cases[i].question), &out, &err), OK);
        assert_string_equal(buf_cstr(&out), cases[i].answer);
        buf_free(&out);
    }
}

static void test_what_is_no_question(void **state)
{
    static const char *const lines[] = {"", "{", "[]", "{\"task\":\"x\"}", "nonsense"};
    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        struct error err = ERROR_INIT;
        struct buf out;
        buf_init(&out, 10000);
        assert_int_equal(sql_wire_answer(str_from(lines[i]), &out, &err), ERR_PARSE);
        assert_int_equal(out.size, 0);
        assert_true(err.message[0] != '\0');
        buf_free(&out);
    }
}

static void test_an_answer_that_is_too_long(void **state)
{
    struct error err = ERROR_INIT;
    struct buf out;
    (void)state;
    buf_init(&out, 10);
    assert_int_equal(
        sql_wire_answer(STR("{\"task\":\"tables\",\"id\":\"1\",\"sql\":\"\"}"), &out, &err),
        ERR_LIMIT);
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_what_is_no_question),
        cmocka_unit_test(test_an_answer_that_is_too_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

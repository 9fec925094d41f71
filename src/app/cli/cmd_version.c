#define PCRE2_CODE_UNIT_WIDTH 8

#include "app/cli/cli.h"
#include "app/cli/output.h"

#include <curl/curl.h>
#include <jansson.h>
#include <openssl/crypto.h>
#include <pcre2.h>
#include <sqlite3.h>
#include <yaml.h>
#include <zstd.h>

static void put_libraries(struct buf *out)
{
    char pcre2[64] = "";
    (void)pcre2_config(PCRE2_CONFIG_VERSION, pcre2);
    (void)buf_printf(out, "%s\n", curl_version());
    (void)buf_printf(out, "%s\n", OpenSSL_version(OPENSSL_VERSION));
    (void)buf_printf(out, "SQLite %s\n", sqlite3_libversion());
    (void)buf_printf(out, "jansson %s\n", jansson_version_str());
    (void)buf_printf(out, "libyaml %s\n", yaml_get_version_string());
    (void)buf_printf(out, "PCRE2 %s\n", pcre2);
    (void)buf_printf(out, "zstd %s\n", ZSTD_versionString());
}

enum exit_code cmd_version(struct cli *cli)
{
    struct error err = ERROR_INIT;
    struct buf out;
    buf_init(&out, 4096);
    (void)buf_printf(&out, "hexmeta %s\n", HEXMETA_VERSION);
    if (cli->is_verbose) {
        put_libraries(&out);
    }
    enum status status = output_buf(&out, &err);
    buf_free(&out);
    return status == OK ? EXIT_CODE_OK : cli_fail(cli, &err);
}

/*
 * config_url - brings the address of a Hex host into one form, and says what is wrong with it.
 */
#ifndef APP_CONFIG_URL_H
#define APP_CONFIG_URL_H

#include "base/arena.h"

struct config_url {
    struct str url;  /* "https://app.hex.tech", "http://127.0.0.1:8000", "https://[::1]" */
    struct str path; /* what stood behind host and port, unless it was /api or /api/v1 */
    bool is_http;
    bool is_loopback;   /* this machine */
    bool is_link_local; /* also the addresses of cloud metadata services */
};

/*
 * With or without scheme (https then), port, trailing slash, /api or /api/v1; upper case is
 * lowered, a scheme's own port dropped. ERR_CONFIG with a sentence that does not repeat a
 * password. Another path is no error here: it is given in out->path.
 */
enum status config_url_parse(struct str text, struct arena *arena, struct config_url *out,
                             struct error *err) WARN_UNUSED;

#endif

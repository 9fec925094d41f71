#include "hexsim/png.h"

#define WIDTH 96
#define HEIGHT 48
#define ROW_BYTES (1 + WIDTH * 3)
#define IMAGE_BYTES (ROW_BYTES * HEIGHT)

static uint32_t crc32_of(struct str s)
{
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < s.n; i++) {
        crc ^= (unsigned char)s.p[i];
        for (int bit = 0; bit < 8; bit++) {
            crc = (crc & 1) != 0 ? crc >> 1 ^ UINT32_C(0xEDB88320) : crc >> 1;
        }
    }
    return ~crc;
}

static uint32_t adler32_of(const unsigned char *p, size_t n)
{
    uint32_t a = 1;
    uint32_t b = 0;
    for (size_t i = 0; i < n; i++) {
        a = (a + p[i]) % 65521;
        b = (b + a) % 65521;
    }
    return b << 16 | a;
}

static void put_u32(struct buf *out, uint32_t value)
{
    for (int shift = 24; shift >= 0; shift -= 8) {
        (void)buf_append_char(out, (char)(value >> shift & 255));
    }
}

static void put_chunk(struct buf *out, const char *type, struct str data)
{
    put_u32(out, (uint32_t)data.n);
    size_t start = out->size;
    (void)buf_append_cstr(out, type);
    (void)buf_append_str(out, data);
    put_u32(out, crc32_of(str_sub(buf_str(out), start, SIZE_MAX)));
}

static void draw(struct rng *rng, unsigned char *image)
{
    for (size_t bar = 0; bar < 8; bar++) {
        size_t top = rng_below(rng, HEIGHT - 4);
        for (size_t y = 0; y < HEIGHT; y++) {
            for (size_t x = bar * 12; x < bar * 12 + 12; x++) {
                bool is_bar = y >= top && x % 12 > 1;
                unsigned char *pixel = image + y * ROW_BYTES + 1 + x * 3;
                pixel[0] = is_bar ? 76 : 255;
                pixel[1] = is_bar ? 120 : 255;
                pixel[2] = is_bar ? 168 : 255;
            }
        }
    }
}

void png_write(struct rng *rng, struct buf *out)
{
    static const char signature[] = "\x89PNG\r\n\x1a\n";
    static const char header[] = "\0\0\0\x60\0\0\0\x30\x08\x02\0\0\0";
    static unsigned char image[IMAGE_BYTES]; /* one thread draws */
    struct buf data;
    draw(rng, image);
    buf_init(&data, SIM_MAX_BYTES);
    (void)buf_append(&data, "\x78\x01\x01", 3); /* zlib, then one stored block */
    (void)buf_append_char(&data, (char)(IMAGE_BYTES & 255));
    (void)buf_append_char(&data, (char)(IMAGE_BYTES >> 8));
    (void)buf_append_char(&data, (char)(~IMAGE_BYTES & 255));
    (void)buf_append_char(&data, (char)(~IMAGE_BYTES >> 8 & 255));
    (void)buf_append(&data, image, IMAGE_BYTES);
    put_u32(&data, adler32_of(image, IMAGE_BYTES));
    (void)buf_append(out, signature, 8);
    put_chunk(out, "IHDR", str_from_n(header, 13));
    put_chunk(out, "IDAT", buf_str(&data));
    put_chunk(out, "IEND", STR(""));
    buf_free(&data);
}

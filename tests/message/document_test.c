/*
 * docs/messages.md is what the tables say. To write it anew: run this program with `--write docs/messages.md`.
 * covers: form_document
 */
#include "check.h"

#include "base/attributes.h"
#include "base/buffer.h"
#include "message/document.h"
#include "message/type.h"

static bool file_read(const char *path, struct buffer *out)
{
    FILE *file = fopen(path, "rb");
    char bytes[4096];
    size_t size;

    if (file == NULL)
        return false;
    while ((size = fread(bytes, 1, sizeof bytes, file)) > 0)
        buffer_add(out, span_make(bytes, size));
    return fclose(file) == 0 && !out->failed;
}

static int file_write(const char *path)
{
    struct buffer page CLEANUP(buffer_free) = buffer_make(1024 * 1024);
    FILE *file = fopen(path, "wb");

    message_types_document(&page);
    if (file == NULL || page.failed || fwrite(page.data, 1, page.size, file) != page.size) {
        printf("cannot write %s\n", path);
        return 1;
    }
    return fclose(file) == 0 ? 0 : 1;
}

CHECK_TEST(docs_messages_is_up_to_date)
{
    struct buffer page CLEANUP(buffer_free) = buffer_make(1024 * 1024);
    struct buffer kept CLEANUP(buffer_free) = buffer_make(1024 * 1024);

    message_types_document(&page);
    CHECK(!page.failed);
    CHECK_OR_RETURN(file_read(BESA_SOURCE_DIR "/docs/messages.md", &kept));
    bool is_same = span_equal(buffer_span(&page), buffer_span(&kept));
    if (!is_same)
        printf("docs/messages.md differs from the tables in src/message; to write it anew:\n"
               "    message_document_test --write docs/messages.md\n");
    CHECK(is_same);
}

CHECK_TEST(the_page_names_every_type)
{
    struct buffer page CLEANUP(buffer_free) = buffer_make(1024 * 1024);

    message_types_document(&page);
    buffer_byte(&page, 0);
    CHECK_OR_RETURN(!page.failed);
    for (size_t i = 1; i < MESSAGE_TYPE_COUNT; i++) {
        char wanted[128];
        snprintf(wanted, sizeof wanted, "| `%s/%u` |", message_types[i].name,
                 message_types[i].version);
        CHECK(strstr((const char *)page.data, wanted) != NULL);
    }
}

CHECK_TEST(a_small_buffer_fails_and_says_so)
{
    struct buffer page CLEANUP(buffer_free) = buffer_make(1000);
    message_types_document(&page);
    CHECK(page.failed);
}

int main(int count, char **arguments)
{
    if (count == 3 && strcmp(arguments[1], "--write") == 0)
        return file_write(arguments[2]);
    CHECK_RUN(docs_messages_is_up_to_date);
    CHECK_RUN(the_page_names_every_type);
    CHECK_RUN(a_small_buffer_fails_and_says_so);
    return check_end();
}

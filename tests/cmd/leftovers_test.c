/* What a kill left of attachments: only what is nobody's goes. */
#include "cmd/leftovers.h"

#include "base/attributes.h"
#include "base/text.h"
#include "check.h"
#include "cmd/support/node_home.h"
#include "store/attachment_file.h"
#include "store/part_rows.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static struct node_home home;
static struct error err;

static const uint8_t nobodys[ATTACHMENT_ID_SIZE] = {0xab, 1};
static const uint8_t other[ATTACHMENT_ID_SIZE] = {0x00, 2};
static const uint8_t wanted[ATTACHMENT_ID_SIZE] = {0xab, 3};
static const uint8_t whole[ATTACHMENT_ID_SIZE] = {0xff, 4};

static void path_of(const uint8_t id[ATTACHMENT_ID_SIZE], const char *suffix, char out[256])
{
    char hex[2 * ATTACHMENT_ID_SIZE + 1];

    hex_write(span_make(id, ATTACHMENT_ID_SIZE), hex);
    snprintf(out, 256, "%s/attachments/%.2s/%s%s", home.directory, hex, hex, suffix);
}

static bool is_there(const uint8_t id[ATTACHMENT_ID_SIZE], const char *suffix)
{
    char path[256];

    path_of(id, suffix, path);
    return access(path, F_OK) == 0;
}

/* A file as a kill leaves it: begun, one segment in it, never closed by name. */
static bool begun(const uint8_t id[ATTACHMENT_ID_SIZE], bool is_whole)
{
    struct attachment_file *file CLEANUP(attachment_file_close) = NULL;

    return attachment_file_begin(env_real(), home.directory, span_make(id, ATTACHMENT_ID_SIZE),
                                 &file, &err) &&
           attachment_file_write(file, 0, span_text("sealed bytes"), &err) &&
           (!is_whole || attachment_file_finish(&file, &err));
}

static bool wanted_put(struct node *node, void *context, struct error *e)
{
    struct part_row row = {.entry = 7,
                           .number = 1,
                           .kind = PART_ROW_ATTACHMENT,
                           .digest = span_make("0123456789abcdef0123456789abcdef", 32),
                           .salt = span_make("0123456789abcdef0123456789abcdef", 32),
                           .size = 12,
                           .sha256 = span_make("0123456789abcdef0123456789abcdef", 32),
                           .state = PART_WANTED};
    (void)context;

    return part_insert(node->db, &row, e) &&
           part_begin(node->db, 7, 1, span_text("key"), span_make(wanted, sizeof wanted), e);
}

static size_t count_removed;

static bool remove_work(struct node *node, void *context, struct error *e)
{
    (void)context;
    return leftovers_remove(node, &count_removed, e);
}

CHECK_TEST(only_what_is_nobodys_is_removed)
{
    char odd[300];
    char path[256];

    CHECK_OK(node_job(home.node, true, remove_work, NULL, &err), err);
    CHECK_INT(count_removed, 0); /* there is not even a folder */
    CHECK_OK(begun(nobodys, false) && begun(other, false) && begun(wanted, false) &&
                 begun(whole, true),
             err);
    CHECK_OK(node_job(home.node, true, wanted_put, NULL, &err), err);
    path_of(nobodys, "", path);
    snprintf(odd, sizeof odd, "%s.note", path);
    FILE *file = fopen(odd, "w");
    CHECK_OR_RETURN(file != NULL && fclose(file) == 0);
    CHECK_OK(node_job(home.node, true, remove_work, NULL, &err), err);
    CHECK_INT(count_removed, 2);
    CHECK(!is_there(nobodys, ".part") && !is_there(other, ".part"));
    CHECK(is_there(wanted, ".part")); /* its fetch goes on */
    CHECK(is_there(whole, ""));       /* has its name: rows speak for it */
    CHECK(access(odd, F_OK) == 0);    /* not ours to judge */
    CHECK_OK(node_job(home.node, true, remove_work, NULL, &err), err);
    CHECK_INT(count_removed, 0);
}

CHECK_TEST(a_folder_that_cannot_be_read_is_said)
{
    char path[256];

    snprintf(path, sizeof path, "%s/attachments/11", home.directory);
    FILE *file = fopen(path, "w"); /* a file where a folder must be */
    CHECK_OR_RETURN(file != NULL && fclose(file) == 0);
    CHECK(!node_job(home.node, true, remove_work, NULL, &err));
    CHECK_ERROR(err, ERROR_STORE, "cannot be read");
    unlink(path);
}

int main(void)
{
    node_home_make(&home);
    CHECK_RUN(only_what_is_nobodys_is_removed);
    CHECK_RUN(a_folder_that_cannot_be_read_is_said);
    node_home_free(&home);
    return check_end();
}

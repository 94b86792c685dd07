/* Leftovers: see leftovers.h. */
#include "cmd/leftovers.h"

#include "base/text.h"
#include "store/attachment_file.h"
#include "store/part_rows.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>

#define SUFFIX   ".part"
#define PLACES   256u /* one folder for each first byte of an id */
#define NAME_HEX (2u * ATTACHMENT_ID_SIZE)

/* "<32 hex>.part", in the folder of its first two. */
static bool name_read(const char *name, unsigned place, uint8_t id[ATTACHMENT_ID_SIZE])
{
    return strlen(name) == NAME_HEX + strlen(SUFFIX) && strcmp(name + NAME_HEX, SUFFIX) == 0 &&
           hex_read(span_make(name, NAME_HEX), id, ATTACHMENT_ID_SIZE) && id[0] == place;
}

static bool file_look(struct node *node, const uint8_t id[ATTACHMENT_ID_SIZE], size_t *removed,
                      struct error *err)
{
    struct span name = span_make(id, ATTACHMENT_ID_SIZE);
    bool is_wanted = false;

    if (!part_file_is_wanted(node->db, name, &is_wanted, err))
        return false;
    if (is_wanted)
        return true;
    if (!attachment_file_drop(node->env, node->home.path, name, err))
        return false;
    (*removed)++;
    return true;
}

static bool place_look(struct node *node, unsigned place, size_t *removed, struct error *err)
{
    char path[HOME_PATH_SIZE + 32];
    bool ok = true;

    snprintf(path, sizeof path, "%s/attachments/%02x", node->home.path, place);
    DIR *directory = opendir(path);
    if (directory == NULL)
        return errno == ENOENT || error_set(err, ERROR_STORE, "%s cannot be read", path);
    for (const struct dirent *entry; ok && (entry = readdir(directory)) != NULL;) {
        uint8_t id[ATTACHMENT_ID_SIZE];
        if (name_read(entry->d_name, place, id))
            ok = file_look(node, id, removed, err);
    }
    closedir(directory);
    return ok;
}

bool leftovers_remove(struct node *node, size_t *removed, struct error *err)
{
    *removed = 0;
    for (unsigned place = 0; place < PLACES; place++)
        if (!place_look(node, place, removed, err))
            return error_add(err, "removing what a stop left of attachments");
    return true;
}

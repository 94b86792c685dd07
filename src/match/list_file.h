/*
 * List file: a list of people as CSV (RFC 4180, UTF-8), to be linked. The first line names the columns: id, and any of
 * name, given, family, born, sex, place, region, postcode, address, phone, document; each but id, born and sex may stand
 * several times, and names and addresses of one number belong together (given2, family2). Columns of other names are
 * passed over. Rows are read one by one; nothing of a row stays but its words and its id.
 */
#ifndef BESA_MATCH_LIST_FILE_H
#define BESA_MATCH_LIST_FILE_H

#include "match/link.h"

#define LIST_COLUMN_MAX 64
#define LIST_CELL_MAX   4096 /* bytes */
#define LIST_ID_MAX     64   /* bytes of an id */

/* What of a list is kept beside its words: ids, by record. */
struct list_ids {
    struct arena texts;
    struct span *ids;
    size_t count;
    size_t room;
    size_t unread_births; /* dates that were no date, taken as unknown */
};
void list_ids_make(struct list_ids *out);
void list_ids_free(struct list_ids *ids);

/* Adds the rows of `text` to the list. INPUT with the line when a line is no CSV, has more cells than columns, or lacks its
 * id; a line without any other value is a record that nothing links to. `name` is what errors call the file. */
bool list_file_read(struct span text, const char *name, struct folder *folder,
                    struct link_list *list, struct list_ids *ids, struct error *err);

#endif

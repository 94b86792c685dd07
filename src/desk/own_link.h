/* Limits of a link, for those who do not see match/. */
#ifndef BESA_DESK_OWN_LINK_H
#define BESA_DESK_OWN_LINK_H

#define OWN_LINK_MAX   20 /* people of one slice: some tenths of a second of the writer */
#define OWN_LINK_SHOWN 10 /* candidates of one of them */

#endif

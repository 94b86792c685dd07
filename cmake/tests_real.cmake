# Real nodes: the demonstration, played to its end with every step verified; then, on what it wrote, verification by hand
# and by a program that nobody here wrote. Label real.
if(TARGET besa)
  set(BESA_DEMO_RUN ${CMAKE_BINARY_DIR}/demo-run)
  file(MAKE_DIRECTORY ${BESA_DEMO_RUN})
  add_test(NAME real_demo COMMAND besa demo --cases 24 WORKING_DIRECTORY ${BESA_DEMO_RUN})
  set_tests_properties(real_demo PROPERTIES LABELS real TIMEOUT 400 RUN_SERIAL TRUE
                       ENVIRONMENT "DEMO=scripted;FRESH=1" FIXTURES_SETUP besa_demo)
  add_test(NAME verify_by_hand COMMAND ${CMAKE_SOURCE_DIR}/tests/cmd/verify_by_hand.sh
           $<TARGET_FILE:besa> ${CMAKE_SOURCE_DIR}/docs/verify.md ${BESA_DEMO_RUN})
  add_test(NAME go_verify COMMAND ${CMAKE_SOURCE_DIR}/tests/real/go_verify.sh
           $<TARGET_FILE:besa> ${CMAKE_SOURCE_DIR}/tests/real/go_verify ${BESA_DEMO_RUN})
  add_test(NAME log_canary COMMAND ${CMAKE_SOURCE_DIR}/tests/real/log_canary.sh ${CMAKE_SOURCE_DIR} ${BESA_DEMO_RUN})
  # Journey 12: both chiefs change the agreement; in one go with the others that listen on ports.
  add_test(NAME j12_amend COMMAND ${CMAKE_SOURCE_DIR}/tests/real/j12_amend.sh $<TARGET_FILE:besa> $<TARGET_FILE:entries_print>)
  set_tests_properties(j12_amend PROPERTIES LABELS real TIMEOUT 400 SKIP_RETURN_CODE 77)
  add_test(NAME real_succession COMMAND ${CMAKE_SOURCE_DIR}/tests/cmd/succession.sh $<TARGET_FILE:besa>)
  add_test(NAME real_keys COMMAND ${CMAKE_SOURCE_DIR}/tests/cmd/keys.sh $<TARGET_FILE:besa>)
  add_test(NAME real_keys_revoke COMMAND ${CMAKE_SOURCE_DIR}/tests/cmd/keys_revoke.sh $<TARGET_FILE:besa>)
  add_test(NAME real_retention COMMAND ${CMAKE_SOURCE_DIR}/tests/cmd/retention.sh $<TARGET_FILE:besa>)
  add_test(NAME real_own COMMAND ${CMAKE_SOURCE_DIR}/tests/cmd/own.sh $<TARGET_FILE:besa>)
  set_tests_properties(real_succession real_keys real_keys_revoke real_retention real_own PROPERTIES LABELS real TIMEOUT 200 SKIP_RETURN_CODE 77)
  add_test(NAME cmd_keys_passphrase COMMAND ${CMAKE_SOURCE_DIR}/tests/cmd/keys_passphrase.sh $<TARGET_FILE:besa>)
  add_test(NAME cmd_keys_token COMMAND ${CMAKE_SOURCE_DIR}/tests/cmd/keys_token.sh $<TARGET_FILE:besa>)
  add_test(NAME real_keys_institution COMMAND ${CMAKE_SOURCE_DIR}/tests/cmd/keys_institution.sh $<TARGET_FILE:besa>)
  set_tests_properties(cmd_keys_passphrase cmd_keys_token real_keys_institution PROPERTIES LABELS real TIMEOUT 200 SKIP_RETURN_CODE 77)
  set_tests_properties(verify_by_hand go_verify log_canary PROPERTIES LABELS real TIMEOUT 600 SKIP_RETURN_CODE 77
                       FIXTURES_REQUIRED besa_demo RUN_SERIAL TRUE)
endif()

# A node is lost, restored from a backup, and resumed from what its partner holds. These wait more than they work, each on ports
# of its own: several at once.
if(TARGET besa)
  foreach(program sample_request books_print stolen_home entries_print)
    add_executable(${program} tests/real/${program}.c)
    target_link_libraries(${program} PRIVATE besa_cmd)
  endforeach()
  add_test(NAME real_resume COMMAND ${CMAKE_SOURCE_DIR}/tests/real/resume.sh
           $<TARGET_FILE:besa> $<TARGET_FILE:sample_request> $<TARGET_FILE:books_print>)
  set_tests_properties(real_resume PROPERTIES LABELS real TIMEOUT 200)
  # The whole of it: sealed backup, loss, restore, resume, new keys in new logs, both exports.
  add_test(NAME real_recovery COMMAND ${CMAKE_SOURCE_DIR}/tests/real/recovery.sh
           $<TARGET_FILE:besa> $<TARGET_FILE:sample_request> $<TARGET_FILE:books_print>)
  set_tests_properties(real_recovery PROPERTIES LABELS real TIMEOUT 200)
  # The domestic log: given back by its second copy; and behind the partner that witnessed it.
  add_test(NAME real_domestic_lost COMMAND ${CMAKE_SOURCE_DIR}/tests/real/domestic_lost.sh
           $<TARGET_FILE:besa> $<TARGET_FILE:sample_request> $<TARGET_FILE:books_print>)
  set_tests_properties(real_domestic_lost PROPERTIES LABELS real TIMEOUT 200)
  # A home is stolen, the node goes over to new keys, and the old ones are good for nothing that is new.
  add_test(NAME real_key_theft COMMAND ${CMAKE_SOURCE_DIR}/tests/real/key_theft.sh
           $<TARGET_FILE:besa> $<TARGET_FILE:sample_request> $<TARGET_FILE:stolen_home>)
  set_tests_properties(real_key_theft PROPERTIES LABELS real TIMEOUT 400 SKIP_RETURN_CODE 77)
  # A running node cross-checks what came, and tells the keeper alone.
  add_test(NAME real_crosscheck COMMAND ${CMAKE_SOURCE_DIR}/tests/cmd/crosscheck.sh
           $<TARGET_FILE:besa> $<TARGET_FILE:sample_request>)
  set_tests_properties(real_crosscheck PROPERTIES LABELS real TIMEOUT 200 SKIP_RETURN_CODE 77)
  # Nothing about somebody goes to the state they fear; a restricted case opens to read, for an hour.
  add_test(NAME real_guarded COMMAND ${CMAKE_SOURCE_DIR}/tests/cmd/guarded.sh
           $<TARGET_FILE:besa> $<TARGET_FILE:sample_request>)
  set_tests_properties(real_guarded PROPERTIES LABELS real TIMEOUT 200 SKIP_RETURN_CODE 77)
  # The database goes back, the keeper does not.
  add_test(NAME real_behind_keeper COMMAND ${CMAKE_SOURCE_DIR}/tests/real/behind_keeper.sh
           $<TARGET_FILE:besa> $<TARGET_FILE:sample_request> $<TARGET_FILE:books_print>)
  set_tests_properties(real_behind_keeper PROPERTIES LABELS real TIMEOUT 200)
  # Journey 10: from nothing to the first receipted message, the drill and a restore.
  add_test(NAME j10_first_hour COMMAND ${CMAKE_SOURCE_DIR}/tests/real/j10_first_hour.sh $<TARGET_FILE:besa>)
  set_tests_properties(j10_first_hour PROPERTIES LABELS real TIMEOUT 200 SKIP_RETURN_CODE 77)
  # A machine is copied and both copies run.
  add_test(NAME real_clone COMMAND ${CMAKE_SOURCE_DIR}/tests/real/clone.sh
           $<TARGET_FILE:besa> $<TARGET_FILE:sample_request> $<TARGET_FILE:books_print>)
  set_tests_properties(real_clone PROPERTIES LABELS real TIMEOUT 200)
  # The keeper's record is lost, and believed again by the partner's fresh receipt.
  add_test(NAME real_keeper_lost COMMAND ${CMAKE_SOURCE_DIR}/tests/real/keeper_lost.sh
           $<TARGET_FILE:besa> $<TARGET_FILE:sample_request>)
  add_test(NAME real_keepers_lost COMMAND ${CMAKE_SOURCE_DIR}/tests/real/keepers_lost.sh
           $<TARGET_FILE:besa> $<TARGET_FILE:sample_request>)
  set_tests_properties(real_keeper_lost real_keepers_lost PROPERTIES LABELS real TIMEOUT 200)
  # Nodes of two releases with each other.
  add_executable(besa_other_version tests/real/other_version.c src/cmd/main.c)
  target_link_libraries(besa_other_version PRIVATE besa_cmd)
  target_link_options(besa_other_version PRIVATE -Wl,--wrap=journal_open)
  add_test(NAME real_held COMMAND ${CMAKE_SOURCE_DIR}/tests/real/held.sh $<TARGET_FILE:besa>
           $<TARGET_FILE:besa_other_version> $<TARGET_FILE:sample_request> $<TARGET_FILE:books_print>)
  add_test(NAME real_protocols COMMAND ${CMAKE_SOURCE_DIR}/tests/real/protocols.sh $<TARGET_FILE:besa>
           $<TARGET_FILE:besa_other_version> $<TARGET_FILE:sample_request> $<TARGET_FILE:books_print>)
  set_tests_properties(real_held real_protocols PROPERTIES LABELS real TIMEOUT 400)
  # Books of every older schema, with all that was exchanged, brought to this program.
  add_executable(books_age tests/real/books_age.c tests/cmd/support/old_books.c)
  target_include_directories(books_age PRIVATE ${CMAKE_SOURCE_DIR}/tests)
  target_link_libraries(books_age PRIVATE besa_cmd)
  add_test(NAME real_upgrade COMMAND ${CMAKE_SOURCE_DIR}/tests/real/upgrade.sh
           $<TARGET_FILE:besa> $<TARGET_FILE:sample_request> $<TARGET_FILE:books_print> $<TARGET_FILE:books_age>)
  set_tests_properties(real_upgrade PROPERTIES LABELS real TIMEOUT 800 SKIP_RETURN_CODE 77)
  # Keys of logs and receipts in a token.
  add_test(NAME cmd_keeper_token COMMAND ${CMAKE_SOURCE_DIR}/tests/cmd/keeper_token.sh
           $<TARGET_FILE:besa> $<TARGET_FILE:sample_request>)
  set_tests_properties(cmd_keeper_token PROPERTIES LABELS real TIMEOUT 400 SKIP_RETURN_CODE 77)
  # What a signature by a token costs, beside one by the sealed file.
  add_executable(token_figures tests/real/token_figures.c)
  target_link_libraries(token_figures PRIVATE besa_cmd)
  add_test(NAME real_token_figures COMMAND ${CMAKE_SOURCE_DIR}/tests/real/token_figures.sh
           $<TARGET_FILE:token_figures> 500)
  set_tests_properties(real_token_figures PROPERTIES LABELS real TIMEOUT 100 SKIP_RETURN_CODE 77)
  # Every thread of running nodes, looked at from outside.
  add_executable(thread_probe tests/real/thread_probe.c)
  add_test(NAME real_threads COMMAND ${CMAKE_SOURCE_DIR}/tests/real/threads.sh
           $<TARGET_FILE:besa> $<TARGET_FILE:sample_request> $<TARGET_FILE:thread_probe>)
  set_tests_properties(real_threads PROPERTIES LABELS real TIMEOUT 200 SKIP_RETURN_CODE 77 RUN_SERIAL TRUE)
endif()

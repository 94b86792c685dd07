# Real input: a list of real records between two real nodes, under faults. Label real; its data lies outside the tree.
if(TARGET besa)
  add_executable(real_input tests/real/real_input.c tests/real/nodes.c tests/real/proxy.c tests/real/records.c)
  target_include_directories(real_input PRIVATE ${CMAKE_SOURCE_DIR}/tests)
  target_link_libraries(real_input PRIVATE besa_cmd)
  add_test(NAME real_input COMMAND ${CMAKE_SOURCE_DIR}/tests/real/real_input.sh
           $<TARGET_FILE:besa> $<TARGET_FILE:real_input>)
  set_tests_properties(real_input PROPERTIES LABELS real TIMEOUT 400 SKIP_RETURN_CODE 77 RUN_SERIAL TRUE)
  # Three nodes under two agreements; real_input finds the ports.
  add_test(NAME third_partner COMMAND ${CMAKE_SOURCE_DIR}/tests/real/third_partner.sh $<TARGET_FILE:besa>)
  set_tests_properties(third_partner PROPERTIES LABELS real TIMEOUT 400)
  add_test(NAME real_spontaneous COMMAND ${CMAKE_SOURCE_DIR}/tests/cmd/spontaneous.sh $<TARGET_FILE:besa>)
  set_tests_properties(real_spontaneous PROPERTIES LABELS real TIMEOUT 200 SKIP_RETURN_CODE 77)
  # To the end of an agreement, on a clock that is moved ahead; sanitizers want to be loaded first.
  if(BESA_SANITIZE STREQUAL "")
    add_library(real_later MODULE tests/real/later.c)
    target_link_libraries(real_later PRIVATE ${CMAKE_DL_LIBS})
    add_test(NAME real_limit COMMAND ${CMAKE_SOURCE_DIR}/tests/cmd/limit.sh
             $<TARGET_FILE:besa> $<TARGET_FILE:real_later>)
    set_tests_properties(real_limit PROPERTIES LABELS real TIMEOUT 200 SKIP_RETURN_CODE 77)
    foreach(journey j1_urgent_8h j2_store_forward)
      add_test(NAME ${journey} COMMAND ${CMAKE_SOURCE_DIR}/tests/real/${journey}.sh
               $<TARGET_FILE:besa> $<TARGET_FILE:real_later> $<TARGET_FILE:entries_print>)
      set_tests_properties(${journey} PROPERTIES LABELS real TIMEOUT 200 SKIP_RETURN_CODE 77)
    endforeach()
    # A year on: what doctor says before, amid and after a yearly closing.
    add_test(NAME real_yearly_closing COMMAND ${CMAKE_SOURCE_DIR}/tests/real/yearly_closing.sh
             $<TARGET_FILE:besa> $<TARGET_FILE:sample_request> $<TARGET_FILE:real_later>)
    set_tests_properties(real_yearly_closing PROPERTIES LABELS real TIMEOUT 200)
    add_test(NAME agreement_ends COMMAND ${CMAKE_SOURCE_DIR}/tests/real/agreement_ends.sh
             $<TARGET_FILE:besa> $<TARGET_FILE:real_later>)
    set_tests_properties(agreement_ends PROPERTIES LABELS real TIMEOUT 400)
  endif()
endif()

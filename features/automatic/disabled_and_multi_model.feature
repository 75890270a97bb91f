@core
Feature: Automatic selection skips disabled and multi-model runtimes
  KServe never selects a runtime that is disabled, or one that serves several models in one pod, for a service that
  names none. Such a runtime does not shadow others either, unlike one that a service names.

  @rule-auto-skips-disabled @claim-d14 @documented
  Scenario Outline: A disabled runtime is not selected even if it is the only one: <kind>
    Given a <runtime> that is disabled
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn"
    Then it has no runtime because of "NoSupportingRuntime"

    Examples:
      | kind                  | runtime                                          |
      | ClusterServingRuntime | ClusterServingRuntime "model-server"             |
      | ServingRuntime        | ServingRuntime "model-server" in namespace "team-a" |

  @rule-auto-skips-disabled @claim-d14 @documented
  Scenario: Another runtime is selected instead of a disabled one
    Given these ClusterServingRuntimes
      | name     | format  | version | autoSelect | disabled |
      | a-server | sklearn | 1       | true       | true     |
      | b-server | sklearn | 1       | true       | false    |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "b-server"

  @rule-auto-skips-disabled @documented
  Scenario: A disabled namespaced runtime does not shadow the cluster runtime with the same name
    Given a ServingRuntime "model-server" in namespace "team-a" that is disabled
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    And a ClusterServingRuntime "model-server"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "model-server"

  @rule-auto-skips-disabled @documented @since-0.11.1
  Scenario: A high priority does not make up for being disabled
    Given these ClusterServingRuntimes
      | name     | format  | version | autoSelect | priority | disabled |
      | a-server | sklearn | 1       | true       | 9        | true     |
      | b-server | sklearn | 1       | true       | 1        |          |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "b-server"

  @rule-auto-skips-multi-model @claim-d14
  Scenario: A multi-model runtime is not selected even if it is the only one
    Given a ClusterServingRuntime "model-server" that is multi-model
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn"
    Then it has no runtime because of "NoSupportingRuntime"

  @rule-auto-skips-multi-model @claim-d14
  Scenario: Another runtime is selected instead of a multi-model one
    Given these ClusterServingRuntimes
      | name     | format  | version | autoSelect | multiModel |
      | a-server | sklearn | 1       | true       | true       |
      | b-server | sklearn | 1       | true       | false      |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "b-server"

  @rule-auto-skips-multi-model @claim-d14
  Scenario: A multi-model namespaced runtime does not shadow the cluster runtime
    Given a ServingRuntime "mesh-server" in namespace "team-a" that is multi-model
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    And a ClusterServingRuntime "model-server"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "model-server"

@core
Feature: Disabled and multi-model runtimes are passed over
  A runtime that is disabled, or that is meant for serving several models in one pod, is never chosen automatically.
  It does not get in the way of others either: unlike a runtime that is named, it is simply passed over.

  @rule-auto-skips-disabled @claim-d14 @documented
  Scenario Outline: The only runtime is not chosen while it is disabled: <kind>
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
  Scenario: Another runtime is chosen in place of a disabled one
    Given these ClusterServingRuntimes
      | name     | format  | version | autoSelect | disabled |
      | a-server | sklearn | 1       | true       | true     |
      | b-server | sklearn | 1       | true       | false    |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "b-server"

  @rule-auto-skips-disabled @documented
  Scenario: A disabled runtime of the namespace leaves room for the cluster's of that name
    Given a ServingRuntime "model-server" in namespace "team-a" that is disabled
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    And a ClusterServingRuntime "model-server"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "model-server"

  @rule-auto-skips-disabled @documented @since-0.11.1
  Scenario: A high priority does not bring a disabled runtime back
    Given these ClusterServingRuntimes
      | name     | format  | version | autoSelect | priority | disabled |
      | a-server | sklearn | 1       | true       | 9        | true     |
      | b-server | sklearn | 1       | true       | 1        |          |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "b-server"

  @rule-auto-skips-multi-model @claim-d14
  Scenario: The only runtime is not chosen if it is multi-model
    Given a ClusterServingRuntime "model-server" that is multi-model
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn"
    Then it has no runtime because of "NoSupportingRuntime"

  @rule-auto-skips-multi-model @claim-d14
  Scenario: Another runtime is chosen in place of a multi-model one
    Given these ClusterServingRuntimes
      | name     | format  | version | autoSelect | multiModel |
      | a-server | sklearn | 1       | true       | true       |
      | b-server | sklearn | 1       | true       | false      |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "b-server"

  @rule-auto-skips-multi-model @claim-d14
  Scenario: A multi-model runtime of the namespace leaves room for the cluster's
    Given a ServingRuntime "mesh-server" in namespace "team-a" that is multi-model
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    And a ClusterServingRuntime "model-server"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "model-server"

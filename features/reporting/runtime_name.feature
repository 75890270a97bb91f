@extended @since-0.16.0
Feature: Since v0.16.0 the status names the runtime of a service
  The status has one field for the name of a ServingRuntime and another for the name of a ClusterServingRuntime. After
  an automatic selection, KServe decides which field to set by looking up the selected name again, in the namespace
  first, so it can name a runtime that it did not select. The name stays when a later selection fails.

  @rule-status-names-runtime
  Scenario Outline: The status names the named runtime of the <scope>
    Given a <runtime>
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn" with runtime "model-server"
    Then its status names <kind> "model-server"

    Examples:
      | scope     | kind                  | runtime                                             |
      | cluster   | ClusterServingRuntime | ClusterServingRuntime "model-server"                |
      | namespace | ServingRuntime        | ServingRuntime "model-server" in namespace "team-a" |

  @rule-status-names-runtime
  Scenario Outline: The status names the selected runtime of the <scope>
    Given a <runtime>
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn"
    Then its status names <kind> "model-server"

    Examples:
      | scope     | kind                  | runtime                                             |
      | cluster   | ClusterServingRuntime | ClusterServingRuntime "model-server"                |
      | namespace | ServingRuntime        | ServingRuntime "model-server" in namespace "team-a" |

  @rule-status-names-runtime
  Scenario: The status of a service that never had a runtime names none
    When a service in namespace "team-a" requests "sklearn" with runtime "no-such-server"
    Then its status names no runtime

  @rule-status-names-runtime
  Scenario: The name changes with the choice
    Given a ClusterServingRuntime "shared-server"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn"
    Then its status names ClusterServingRuntime "shared-server"
    When a ServingRuntime "own-server" in namespace "team-a" is applied
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    And KServe reconciles the service again
    Then it runs on ServingRuntime "own-server" in namespace "team-a"
    And its status names ServingRuntime "own-server"

  @rule-status-name-kept
  Scenario: The name stays when the service loses its runtime
    Given a ClusterServingRuntime "model-server"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn"
    Then its status names ClusterServingRuntime "model-server"
    When ClusterServingRuntime "model-server" is disabled
    And KServe reconciles the service again
    Then it has no runtime because of "NoSupportingRuntime"
    And its status names ClusterServingRuntime "model-server"

  @rule-status-name-looked-up
  Scenario: A disabled namespaced runtime is named instead of the cluster runtime that is used
    Given a ServingRuntime "model-server" in namespace "team-a" that is disabled
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    And a ClusterServingRuntime "model-server"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "model-server"
    And its status names ServingRuntime "model-server"

  @rule-status-names-runtime @until-0.15.2 @since-0.8.0
  Scenario: Up to v0.15.2 the status names no runtime
    Given a ClusterServingRuntime "model-server"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "model-server"
    And its status names no runtime

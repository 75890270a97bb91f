@rule-explicit-no-second-try @core
Feature: Of two runtimes with the named name, only the namespace's is looked at
  A service names a runtime, and both its namespace and the cluster have one of that name. The namespace's runtime
  hides the cluster's. If it cannot serve the service, the service has no runtime, although the cluster's could.

  Background:
    Given a ClusterServingRuntime "model-server" that speaks "v1, v2"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |

  @rule-explicit-disabled @claim-d14 @documented
  Scenario: A disabled runtime in the namespace hides the cluster's
    Given a ServingRuntime "model-server" in namespace "team-a" that is disabled
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn" with runtime "model-server"
    Then it has no runtime because of "RuntimeDisabled"

  @rule-explicit-format @claim-d3 @documented
  Scenario: A runtime in the namespace for another format hides the cluster's
    Given a ServingRuntime "model-server" in namespace "team-a"
      | format  | version | autoSelect |
      | xgboost | 1       | true       |
    When a service in namespace "team-a" requests "sklearn" with runtime "model-server"
    Then it has no runtime because of "NoSupportingRuntime"

  @rule-explicit-version @documented
  Scenario: A runtime in the namespace for another version hides the cluster's
    Given a ServingRuntime "model-server" in namespace "team-a"
      | format  | version | autoSelect |
      | sklearn | 2       | true       |
    When a service in namespace "team-a" requests "sklearn" version "1" with runtime "model-server"
    Then it has no runtime because of "NoSupportingRuntime"

  @rule-explicit-protocol @since-0.9.0
  Scenario: A runtime in the namespace for another protocol hides the cluster's
    Given a ServingRuntime "model-server" in namespace "team-a" that speaks "v1"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn" over "v2" with runtime "model-server"
    Then it has no runtime because of "NoSupportingRuntime"

  @rule-choice-re-made-at-reconcile
  Scenario: The cluster's runtime is used once the namespace's is gone
    Given a ServingRuntime "model-server" in namespace "team-a" that is disabled
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn" with runtime "model-server"
    Then it has no runtime because of "RuntimeDisabled"
    When ServingRuntime "model-server" in namespace "team-a" is deleted
    And KServe reconciles the service again
    Then it runs on ClusterServingRuntime "model-server"

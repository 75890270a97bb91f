@rule-explicit-no-second-try @core
Feature: A namespaced runtime shadows the cluster runtime with the same name
  If a service names a runtime that exists both in its namespace and in the cluster, KServe uses the namespaced one.
  If that one cannot serve the service, the service has no runtime, even if the cluster runtime could serve it.

  Background:
    Given a ClusterServingRuntime "model-server" that speaks "v1, v2"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |

  @rule-explicit-disabled @claim-d14 @documented
  Scenario: A disabled namespaced runtime shadows the cluster runtime
    Given a ServingRuntime "model-server" in namespace "team-a" that is disabled
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn" with runtime "model-server"
    Then it has no runtime because of "RuntimeDisabled"

  @rule-explicit-format @claim-d3 @documented
  Scenario: A namespaced runtime for another format shadows the cluster runtime
    Given a ServingRuntime "model-server" in namespace "team-a"
      | format  | version | autoSelect |
      | xgboost | 1       | true       |
    When a service in namespace "team-a" requests "sklearn" with runtime "model-server"
    Then it has no runtime because of "NoSupportingRuntime"

  @rule-explicit-version @documented
  Scenario: A namespaced runtime for another version shadows the cluster runtime
    Given a ServingRuntime "model-server" in namespace "team-a"
      | format  | version | autoSelect |
      | sklearn | 2       | true       |
    When a service in namespace "team-a" requests "sklearn" version "1" with runtime "model-server"
    Then it has no runtime because of "NoSupportingRuntime"

  @rule-explicit-protocol @since-0.9.0
  Scenario: A namespaced runtime for another protocol shadows the cluster runtime
    Given a ServingRuntime "model-server" in namespace "team-a" that speaks "v1"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn" over "v2" with runtime "model-server"
    Then it has no runtime because of "NoSupportingRuntime"

  @rule-choice-made-at-each-reconcile
  Scenario: The cluster runtime is used once the namespaced one is deleted
    Given a ServingRuntime "model-server" in namespace "team-a" that is disabled
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn" with runtime "model-server"
    Then it has no runtime because of "RuntimeDisabled"
    When ServingRuntime "model-server" in namespace "team-a" is deleted
    And KServe reconciles the service again
    Then it runs on ClusterServingRuntime "model-server"

@rule-downgrade-keeps-stored-service @needs-upgrade @exact-names
Feature: Services when KServe is downgraded
  After a downgrade, services and runtimes stay as later releases stored them, and the older controller only sees the
  fields that its own CRDs define.

  @core
  Scenario: From v0.15.2 back to v0.10.2, a service without a protocol gets a runtime again
    Given KServe v0.15.2 is installed
    And the runtimes that KServe v0.15.2 ships
    When a service in namespace "team-a" requests "onnx"
    Then it has no runtime because of "NoSupportingRuntime"
    And it has no workload
    When KServe is downgraded to v0.10.2
    And the cluster runtimes are replaced with those that KServe v0.10.2 ships
    Then it is stored without a protocol
    And it runs on ClusterServingRuntime "kserve-tritonserver"
    And its container has image "nvcr.io/nvidia/tritonserver:21.09-py3"

  @core
  Scenario: From v0.15.2 back to v0.10.2 and forward again, a service has the same runtime
    Given KServe v0.15.2 is installed
    And the runtimes that KServe v0.15.2 ships
    When a service in namespace "team-a" requests "sklearn" over "v2"
    Then it runs on ClusterServingRuntime "kserve-mlserver"
    When KServe is downgraded to v0.10.2
    And the cluster runtimes are replaced with those that KServe v0.10.2 ships
    Then it runs on ClusterServingRuntime "kserve-mlserver"
    And its container has image "docker.io/seldonio/mlserver:1.0.0"
    When KServe is upgraded to v0.15.2
    And the cluster runtimes are replaced with those that KServe v0.15.2 ships
    Then it runs on ClusterServingRuntime "kserve-mlserver"
    And its container has image "docker.io/seldonio/mlserver:1.5.0"

  @core @rule-fields-of-later-releases
  Scenario: A controller without priorities ignores stored ones, and an upgrade makes them effective again
    Given KServe v0.15.2 is installed
    And these ClusterServingRuntimes
      | name      | format  | version | autoSelect | priority | protocols |
      | a-sklearn | sklearn | 1       | true       | 1        | v1        |
      | b-sklearn | sklearn | 1       | true       | 2        | v1        |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "b-sklearn"
    When KServe is downgraded to v0.10.2
    Then it runs on ClusterServingRuntime "a-sklearn"
    When KServe is upgraded to v0.15.2
    Then it runs on ClusterServingRuntime "b-sklearn"

  @core @rule-fields-of-later-releases
  Scenario: A runtime that is written in the older release loses its priority for good
    Given KServe v0.15.2 is installed
    And these ClusterServingRuntimes
      | name      | format  | version | autoSelect | priority | protocols |
      | a-sklearn | sklearn | 1       | true       | 1        | v1        |
      | b-sklearn | sklearn | 1       | true       | 2        | v1        |
    When a service in namespace "team-a" requests "sklearn"
    And KServe is downgraded to v0.10.2
    And ClusterServingRuntime "b-sklearn" is patched with
      """
      labels: {team: a}
      """
    And KServe is upgraded to v0.15.2
    Then it runs on ClusterServingRuntime "a-sklearn"

  @core
  Scenario: From v0.17.0 back to v0.16.0, a service with the new version loses its runtime
    Given KServe v0.17.0 is installed
    And the runtimes that KServe v0.17.0 ships
    When a service in namespace "team-a" requests "xgboost" version "2"
    Then it runs on ClusterServingRuntime "kserve-xgbserver"
    When KServe is downgraded to v0.16.0
    Then it runs on ClusterServingRuntime "kserve-xgbserver"
    When the cluster runtimes are replaced with those that KServe v0.16.0 ships
    Then it has no runtime because of "NoSupportingRuntime"
    And its workload still runs on ClusterServingRuntime "kserve-xgbserver"

  @core
  Scenario: From v0.17.0 back to v0.16.0, the annotation with the format stays stored
    Given KServe v0.17.0 is installed
    And the runtimes that KServe v0.17.0 ships
    When a service in namespace "team-a" uses the legacy key "sklearn"
    And KServe is downgraded to v0.16.0
    And the cluster runtimes are replaced with those that KServe v0.16.0 ships
    Then its stored manifest has
      """
      metadata: {annotations: {modelFormat: sklearn}}
      """
    And it is stored without a runtime
    And it runs on ClusterServingRuntime "kserve-sklearnserver"

  @extended
  Scenario: A release without the status field for the runtime does not read it
    Given KServe v0.16.0 is installed
    And the runtimes that KServe v0.16.0 ships
    When a service in namespace "team-a" requests "sklearn"
    Then its status names ClusterServingRuntime "kserve-sklearnserver"
    When KServe is downgraded to v0.15.2
    Then it runs on ClusterServingRuntime "kserve-sklearnserver"
    And its status names no runtime

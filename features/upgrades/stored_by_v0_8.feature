@needs-upgrade @core @exact-names
Feature: Services that v0.8.0 pinned to a runtime
  v0.8.0 writes the name of a runtime into every legacy service. That name stays stored through all later releases, so
  these services keep their runtime, while for the same manifest applied to a later release KServe selects one.

  @rule-upgrade-keeps-stored-service
  Scenario Outline: A service that v0.8.0 pinned is still pinned in <release>
    Given KServe v0.8.0 is installed
    And the runtimes that KServe v0.8.0 ships
    When a service in namespace "team-a" uses the legacy key "sklearn"
    Then it runs on ClusterServingRuntime "kserve-sklearnserver"
    When KServe is upgraded to <release>
    Then it is stored with runtime "kserve-sklearnserver"
    And it is stored with protocol "v1"
    And it runs on ClusterServingRuntime "kserve-sklearnserver"

    Examples: Later releases
      | release |
      | v0.9.0  |
      | v0.10.2 |
      | v0.15.2 |
      | v0.20.0 |

  @rule-upgrade-keeps-stored-service
  Scenario: A pinned service does not move to a namespaced runtime after an upgrade
    Given KServe v0.8.0 is installed
    And a ClusterServingRuntime "kserve-sklearnserver"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" uses the legacy key "sklearn"
    And KServe is upgraded to v0.10.2
    And a ServingRuntime "own-sklearn" in namespace "team-a" is applied
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    And KServe reconciles the service again
    Then it runs on ClusterServingRuntime "kserve-sklearnserver"

  @rule-upgrade-keeps-stored-service
  Scenario: A pinned service keeps its pin with another write
    Given KServe v0.8.0 is installed
    And a ClusterServingRuntime "kserve-sklearnserver"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    And a ServingRuntime "own-sklearn" in namespace "team-a"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" uses the legacy key "sklearn"
    And KServe is upgraded to v0.10.2
    And annotation "team" of the service is set to "a"
    Then it is stored with runtime "kserve-sklearnserver"
    And it runs on ClusterServingRuntime "kserve-sklearnserver"

  @rule-reapply-drops-pin
  Scenario Outline: Applying the legacy manifest again in <release> removes the pin
    Given KServe v0.8.0 is installed
    And a ClusterServingRuntime "kserve-sklearnserver"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    And a ServingRuntime "own-sklearn" in namespace "team-a"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" uses the legacy key "sklearn"
    Then it runs on ClusterServingRuntime "kserve-sklearnserver"
    When KServe is upgraded to <release>
    And the service is applied again
    Then it is stored without a runtime
    And it runs on ServingRuntime "own-sklearn" in namespace "team-a"

    Examples: Later releases
      | release |
      | v0.9.0  |
      | v0.15.2 |

  @rule-reapply-drops-pin
  Scenario: A legacy service that is applied to a later release is not pinned
    Given KServe v0.8.0 is installed
    And a ClusterServingRuntime "kserve-sklearnserver"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    And a ServingRuntime "own-sklearn" in namespace "team-a"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service "elder" in namespace "team-a" uses the legacy key "sklearn"
    Then it runs on ClusterServingRuntime "kserve-sklearnserver"
    When KServe is upgraded to v0.9.0
    And a service "younger" in namespace "team-a" uses the legacy key "sklearn"
    Then it runs on ServingRuntime "own-sklearn" in namespace "team-a"

  @rule-upgrade-keeps-stored-service @extended
  Scenario: A service that v0.8.0 prepared for MLServer keeps the stored variables
    Given KServe v0.8.0 is installed
    And the runtimes that KServe v0.8.0 ships
    When a service in namespace "team-a" uses the legacy key "sklearn" over "v2"
    And KServe is upgraded to v0.10.2
    And the cluster runtimes are replaced with those that KServe v0.10.2 ships
    Then it is stored with runtime "kserve-mlserver"
    And it runs on ClusterServingRuntime "kserve-mlserver"
    And the count of env "MLSERVER_MODEL_NAME" in its container is 1

  @rule-upgrade-keeps-stored-service @extended
  Scenario: A pinned service has no runtime once its runtime is deleted
    Given KServe v0.8.0 is installed
    And a ClusterServingRuntime "kserve-sklearnserver"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    And a ClusterServingRuntime "other-sklearn"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" uses the legacy key "sklearn"
    Then it runs on ClusterServingRuntime "kserve-sklearnserver"
    When ClusterServingRuntime "kserve-sklearnserver" is deleted
    And KServe is upgraded to v0.10.2
    Then it has no runtime because of "RuntimeNotRecognized"
    And its workload still runs on ClusterServingRuntime "kserve-sklearnserver"
